# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page with every variable of roles and playbooks, made from the argument specs and the list of the playbooks'."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import yaml
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import variables

from scripts.docs.errors import cell, section
from scripts.docs.markup import markdown

PATH = Path("docs/docsite/rst/variables.rst")
Spec = t.Mapping[str, t.Any]

_HEAD = """..
  Copyright (c) 2026 The wslfleet contributors
  SPDX-License-Identifier: GPL-3.0-or-later
  Made by ``python -m scripts.docs``; changes here are lost.

.. _ansible_collections.wslfleet.cuda.docsite.variables:

All variables
=============

Every variable that you may set, with what holds without it. The documentation of each role says more, with examples.

Any other name that begins with ``windows_host_``, ``cuda_``, ``container_toolkit_`` or ``wslfleet_`` is refused before
anything changes, since it is most likely misspelt; names of your own go into ``wslfleet_ignore_variables``.

Versions are text: write ``cuda_version: "12.10"`` with quotes.

What roles leave behind are ``windows_host_result``, ``cuda_toolkit_result`` and ``container_toolkit_result``. They are
no input.

.. contents::
   :local:
   :depth: 1
"""
_TABLE = ["", ".. list-table::", "   :header-rows: 1", "   :widths: 34 12 14 40", ""]


def page() -> str:
    """The whole page."""
    playbooks = _section(
        "Playbooks",
        "For the playbooks themselves: extra variables (``-e``), or in the inventory where the text allows it.",
        [(name, spec, spec.get("default"), spec["about"]) for name, spec in variables.PLAYBOOK_VARIABLES.items()],
    )
    return "\n".join([_HEAD, playbooks, *(_role(role) for role in sorted(variables.PREFIXES))])


def _role(role: str) -> str:
    defaults = yaml.safe_load(Path("roles", role, "defaults", "main.yml").read_text(encoding="utf-8")) or {}
    rows = []
    for name, spec in sorted(variables.of_role(role).items()):
        about = spec["description"] if isinstance(spec["description"], str) else spec["description"][0]
        rows.append((name, spec, defaults.get(name, spec.get("default")), markdown(about)))
    return _section(f"Role {role}", f"See :ansplugin:`wslfleet.cuda.{role}#role`.", rows)


def _section(title: str, text: str, rows: t.Sequence[tuple[str, Spec, t.Any, str]]) -> str:
    head = ("variable", "type", "default", "what")
    return section(title, text, "34 12 14 40", [head, *(_row(*row) for row in rows)])


def _row(name: str, spec: Spec, default: t.Any, about: str) -> tuple[str, str, str, str]:
    kind = spec.get("type", "str")
    return (
        f"``{name}``",
        f"list of {spec['elements']}" if kind == "list" else str(kind),
        _default(default),
        _text(about),
    )


def _default(value: t.Any) -> str:
    if value is None or value == "":
        return "unset"
    if isinstance(value, str) and "{{" in value:
        return "see the role"
    return f"``{value}``" if isinstance(value, str) else f"``{json.dumps(value)}``"


def _text(about: str) -> str:
    """ABOUT, Markdown of one paragraph, for a cell."""
    return cell(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", about).replace("**", ""))
