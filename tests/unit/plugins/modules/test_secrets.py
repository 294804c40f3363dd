# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No option that holds a secret is shown: modules and roles say ``no_log`` for it."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest
import yaml

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
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
        assert shown_in_options(entry.get("options") or {}) == []


def test_a_secret_is_found() -> None:
    assert shown_in_spec('spec = {"admin_password": {"type": "str"}, "token": {"no_log": True}}') == ["admin_password"]
    assert shown_in_options({"a": {"options": {"api_token": {}, "secret": {"no_log": True}}}}) == ["api_token"]
