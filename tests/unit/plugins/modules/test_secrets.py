# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is shown: options that hold one say ``no_log``, and what a module prints holds none."""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common import parameters
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import steps
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes, entry

ROOT = Path(__file__).resolve().parents[4]
SECRET = re.compile(r"password|passphrase|secret|token|credential|private_key")
MODULES = sorted(path for path in (ROOT / "plugins" / "modules").glob("*.py"))
SPECS = sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))


def shown_in_spec(source: str) -> list[str]:
    """Options of an argument spec in SOURCE (dictionaries of dictionaries) that hold a secret and do not say no_log."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Dict):
            continue
        for key, value in zip(node.keys, node.values):
            if isinstance(key, ast.Constant) and SECRET.search(str(key.value)) and isinstance(value, ast.Dict):
                words = {
                    w.value: v.value
                    for w, v in zip(value.keys, value.values)
                    if isinstance(w, ast.Constant) and isinstance(v, ast.Constant)
                }
                if words.get("no_log") is not True:
                    found.append(str(key.value))
    return found


def shown_in_options(options: t.Mapping[str, t.Any]) -> list[str]:
    """Names in documented OPTIONS, also below them, that hold a secret and do not say no_log."""
    found = []
    for name, option in options.items():
        if SECRET.search(name) and option.get("no_log") is not True:
            found.append(name)
        found += shown_in_options(option.get("options") or option.get("suboptions") or {})
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.stem))
def test_module(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert shown_in_spec(source) == []
    if (ROOT / "plugins" / "action" / path.name).exists() and "AnsibleModule" not in source:
        # The spec of these is their documentation, which has no place for no_log: such an option needs a spec.
        documentation = re.search(r'(?s)^DOCUMENTATION = r?"""(.*?)"""', source, re.M)
        assert documentation
        assert shown_in_options(yaml.safe_load(documentation[1]).get("options") or {}) == []


@pytest.mark.parametrize("path", SPECS, ids=lambda path: str(path.parent.parent.name))
def test_role(path: Path) -> None:
    for spec in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
        assert shown_in_options(spec.get("options") or {}) == []


def test_a_secret_is_found() -> None:
    assert shown_in_spec('spec = {"admin_password": {"type": "str"}, "token": {"no_log": True}}') == ["admin_password"]
    assert shown_in_options({"a": {"options": {"api_token": {}, "secret": {"no_log": True}}}}) == ["api_token"]


PASSWORD = "s3cr%t#:@"
ENCODED = "s3cr%25t%23%3A%40"
HIDDEN = f"https://builder:{ENCODED}@mirror.example.com/cuda/"
BESIDE = {"username": "builder", "password": PASSWORD}


def refuse(_runner: t.Any, wanted: t.Any, *_more: t.Any) -> t.NoReturn:
    """A mirror that lets nobody in; the message holds all that is known of it."""
    raise Failure(f"{wanted} {PASSWORD}: 401")


def unheard(arguments: t.Sequence[str]) -> t.NoReturn:
    """A distribution in which no program runs; the message holds all that one was asked for."""
    raise Failure(f"{' '.join(arguments)}: not here")


def accept(_runner: t.Any, wanted: t.Any, *_more: t.Any) -> steps.Outcome:
    """A mirror whose source was written just now."""
    return steps.Outcome(True, True, (changes.FileChange(wanted.path, None, str(wanted).encode()),))


def output(
    name: str, options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """All that a user sees of the module NAME at the highest verbosity, which adds the options to the result."""
    loud = {"_ansible_inject_invocation": True} if "inject_invocation" in parameters.PASS_VARS else {}
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": {**options, **loud}}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit):
        importlib.import_module(f"ansible_collections.wslfleet.cuda.plugins.modules.{name}").main()
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert "mirror.example.com" in str(result["invocation"])
    result.pop("_ansible_new_secrets", None)
    text = json.dumps(result)
    # From ansible-core 2.22 on the controller masks, with what the module has named to it.
    with contextlib.suppress(ImportError):
        text = str(importlib.import_module("ansible.module_utils.secrets").mask_secrets(text))
    return text + shown.err


@pytest.mark.parametrize("bring", [refuse, accept])
@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://mirror.example.com/cuda/", **BESIDE},
        {"url": HIDDEN},
        {"url": HIDDEN, **BESIDE},
        {"url": HIDDEN, "key_fingerprint": "12"},
        {"url": "https://mirror.example.com/cuda/", "key": HIDDEN + "key.asc"},
    ],
    ids=["beside the address", "inside of it", "both, which is refused", "with a bad option", "of a key"],
)
def test_a_module_shows_no_password(
    options: dict[str, str], bring: t.Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "bring", bring)
    mirror = {"source": "mirror", "key_fingerprint": "0123456789ABCDEF0123456789ABCDEF01234567", **options}
    shown = output("cuda_repository", mirror, monkeypatch, capsys)
    assert PASSWORD not in shown and ENCODED not in shown


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("container_toolkit", {"url": HIDDEN, "key": HIDDEN}),
        ("cuda_extra_libraries", {"url": HIDDEN, "libraries": ["nccl"], "version": "12"}),
        ("cuda_legacy", {"repository_url": HIDDEN, "fingerprints": ["12"]}),
    ],
)
def test_a_module_that_takes_no_credentials_does_not_show_them_either(
    name: str, options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry, "runner_of", lambda _module: unheard)
    shown = output(name, options, monkeypatch, capsys)
    assert ENCODED not in shown and PASSWORD not in shown
