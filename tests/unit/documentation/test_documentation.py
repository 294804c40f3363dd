# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every plugin and role says what a reader needs: type, default or what happens when unset, unit, sample, and so on."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.unit.documentation.documents import ROOT, Block, Document, documents

ATTRIBUTES = {
    "action",
    "action_group",
    "async",
    "become",
    "bypass_host_loop",
    "check_mode",
    "connection",
    "delegation",
    "diff_mode",
    "idempotent",
    "platform",
}
_UNIT = re.compile(r"\b(seconds?|days?|bytes?|MiB|GiB|per cent|number of|port|processors?|characters)\b", re.I)
_UNSET = re.compile(r"\b(unset|required)\b", re.IGNORECASE)
_CODE = re.compile(r"\bC\(([a-z_]+)\)")

every_plugin = pytest.mark.parametrize("document", documents(), ids=lambda document: document.path)
modules = [document for document in documents() if document.kind == "modules"]


def _text(entry: Block) -> str:
    found = entry.get("description", "")
    return found if isinstance(found, str) else " ".join(found)


def option_faults(options: t.Iterable[tuple[str, Block]]) -> list[str]:
    """What a reader misses in OPTIONS, one line each."""
    faults = []
    for name, option in options:
        text = _text(option)
        choices = option.get("choices")
        faults += [f"{name}: no type"] if "type" not in option else []
        faults += [f"{name}: no description"] if not text else []
        if option.get("type") == "list" and "elements" not in option:
            faults.append(f"{name}: no elements")
        if not option.get("required") and "default" not in option and not _UNSET.search(text):
            faults.append(f"{name}: does not say what happens when unset")
        if option.get("type") in ("int", "float") and not choices and not _UNIT.search(text):
            faults.append(f"{name}: no unit")
    return faults


def markup_faults(document: Document) -> list[str]:
    """Options written as code, which then are no links."""
    names = set(document.documentation.get("options") or {})
    texts = [_text(option) for _name, option in document.options()] + [_text(document.documentation)]
    texts += [_text(value) for _name, value in document.return_values()]
    return [
        f"C({name}) is an option, write O({name})" for text in texts for name in _CODE.findall(text) if name in names
    ]


@every_plugin
def test_the_head_is_complete(document: Document) -> None:
    documentation = document.documentation
    assert document.path.endswith(f"/{document.name}.py")
    assert documentation["version_added"] in ("0.1.0", "0.2.0")
    assert documentation["author"]
    assert _text(documentation)
    assert not documentation["short_description"].endswith(".")


@every_plugin
def test_options_are_described(document: Document) -> None:
    assert option_faults(document.options()) == []


@every_plugin
def test_options_are_marked_up_as_options(document: Document) -> None:
    assert markup_faults(document) == []


@pytest.mark.parametrize("document", modules, ids=lambda document: document.path)
def test_modules_state_every_attribute(document: Document) -> None:
    attributes = document.documentation["attributes"]
    assert set(attributes) >= ATTRIBUTES
    for name, attribute in attributes.items():
        assert attribute["description"], name
        assert attribute["support"] in ("full", "partial", "none", "N/A"), name
        assert attribute["support"] != "partial" or attribute.get("details"), f"{name}: partial needs details"
    assert attributes["platform"]["platforms"] in ("windows", "debian", "posix")
    assert attributes["action_group"]["membership"] == ["wslfleet.cuda.cuda"]


@every_plugin
def test_return_values_are_described(document: Document) -> None:
    if document.kind in ("connection", "inventory"):
        return
    assert document.returns
    top = document.returns
    for name, value in document.return_values():
        assert _text(value), name
        assert value.get("type"), f"{name}: no type"
        assert value["type"] != "list" or value.get("elements"), f"{name}: no elements"
        assert "sample" in value or value.get("contains"), f"{name}: no sample"
        assert name not in top or value.get("returned") or document.kind == "filter", f"{name}: no returned"


@every_plugin
def test_there_are_examples(document: Document) -> None:
    assert document.examples


@pytest.mark.parametrize("role", sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir()))
def test_roles_are_described(role: str) -> None:
    folder = ROOT / "roles" / role
    specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    defaults = _defaults(folder)
    assert "attributes" not in specs["main"], "ansible-doc warns of them since ansible-core 2.19"
    described = " ".join(specs["main"]["description"])
    assert all(word in described for word in ("check mode", "A second run", "and later"))
    assert set(defaults) <= set(specs["main"]["options"])
    for entry, spec in specs.items():
        assert spec["version_added"] in ("0.1.0", "0.2.0"), entry
        options = [
            (name, {"default": defaults[name], **option} if name in defaults else option)
            for name, option in spec["options"].items()
        ]
        assert option_faults(options) == []
        for name, option in options:
            if "{{" not in str(defaults.get(name)):
                assert option.get("default") == defaults.get(name, option.get("default")), name


def _defaults(role: Path) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load((role / "defaults" / "main.yml").read_text(encoding="utf-8")) or {}
    return found


def test_faults_are_found() -> None:
    options: dict[str, Block] = {
        "good": {"type": "int", "default": 1, "description": "How long, in seconds."},
        "also_good": {"type": "str", "description": ["A name.", "When unset, none."]},
        "bare": {},
        "list": {"type": "list", "required": True, "description": "Names."},
        "number": {"type": "int", "default": 3, "description": "How long."},
    }
    assert option_faults(options.items()) == [
        "bare: no type",
        "bare: no description",
        "bare: does not say what happens when unset",
        "list: no elements",
        "number: no unit",
    ]
    document = Document("modules/x.py", {"options": options, "description": "Uses C(bare) and C(sh)."}, [], {})
    assert markup_faults(document) == ["C(bare) is an option, write O(bare)"]
