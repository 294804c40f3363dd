# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document is what they accept, and the role knows the same versions and components."""

from __future__ import annotations

import importlib
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils import basic
from ansible_collections.wslfleet.cuda.plugins.doc_fragments import attributes
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import entry

MODULES = (
    "container_toolkit",
    "cuda_audit_info", "cuda_guard", "cuda_legacy", "cuda_plan_info", "cuda_repair", "cuda_repository",
    "cuda_smoke_test",
    "cuda_toolkit",
)  # fmt: skip
ROOT = Path(__file__).parents[4]


class SpecSeenError(Exception):
    """Ends a module once its argument spec is known."""


def spec_of(module: t.Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, t.Any]]:
    seen: dict[str, t.Any] = {}

    def stop(*_arguments: t.Any, **settings: t.Any) -> None:
        seen.update(settings)
        raise SpecSeenError

    monkeypatch.setattr(entry, "AnsibleModule", stop)
    with pytest.raises(SpecSeenError):
        module.main()
    spec: dict[str, dict[str, t.Any]] = seen["argument_spec"]
    assert seen["supports_check_mode"]
    return spec


def options_of(module: t.Any) -> dict[str, dict[str, t.Any]]:
    """The options that MODULE documents, with those of the fragments that it names."""
    documentation = yaml.safe_load(module.DOCUMENTATION)
    found: dict[str, dict[str, t.Any]] = {}
    for name in documentation.get("extends_documentation_fragment", ()):
        part = name.partition("wslfleet.cuda.attributes")[2].strip(".").upper() or "DOCUMENTATION"
        fragment = yaml.safe_load(getattr(attributes.ModuleDocFragment, part, ""))
        found.update((fragment or {}).get("options", {}))
    return {**found, **documentation.get("options", {})}


@pytest.mark.parametrize("name", MODULES)
def test_documentation_and_spec_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"ansible_collections.wslfleet.cuda.plugins.modules.{name}")
    documented = options_of(module)
    spec = spec_of(module, monkeypatch)
    assert set(documented) == set(spec)
    for option, described in documented.items():
        for word in ("type", "elements", "default", "choices", "required"):
            assert described.get(word) == spec[option].get(word), (option, word)
    assert yaml.safe_load(module.EXAMPLES) and yaml.safe_load(module.RETURN)
    assert yaml.safe_load(module.DOCUMENTATION)["module"] == name


def named(sentence: str) -> list[str]:
    """The values that a sentence of documentation names."""
    return re.findall(r"V\(([^)]+)\)", sentence)


def test_role_knows_every_version_and_component() -> None:
    text = (ROOT / "roles/cuda_toolkit/meta/argument_specs.yml").read_text()
    specs = yaml.safe_load(text)["argument_specs"]
    assert specs["main"]["options"] == specs["remove"]["options"]
    options = specs["main"]["options"]
    assert tuple(named(options["cuda_version"]["description"][-1])) == catalogue.VERSIONS
    assert named(options["cuda_components"]["description"][-1]) == list(catalogue.COMPONENTS)
    defaults = yaml.safe_load((ROOT / "roles/cuda_toolkit/defaults/main.yml").read_text())
    assert {name: options[name]["default"] for name in defaults} == defaults


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"version": "12"}, 'quoted, as in "12.8"'),
        ({"version": "12.99"}, "no such toolkit"),
        ({"version": "12.8", "components": ["cuda"]}, "installs a Linux driver"),
        ({"version": "12.8", "components": ["cuda-drivers"]}, "name one of: toolkit"),
    ],
)
def test_toolkit_refuses_bad_input(
    options: dict[str, t.Any], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module("ansible_collections.wslfleet.cuda.plugins.modules.cuda_toolkit")
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        module.main()
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] and words in result["msg"] and "\n" not in result["msg"]
