# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of every plugin as data, with the fragments merged in."""

from __future__ import annotations

import ast
import functools
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml
from ansible_collections.wslfleet.cuda.plugins.doc_fragments.attributes import ModuleDocFragment

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ROOT / "plugins"
KINDS = ("modules", "connection", "filter", "inventory")
Block = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Document:
    """What one plugin says about itself. ``path``: relative to plugins/, as in ``modules/wsl.py``."""

    path: str
    documentation: Block
    examples: list[Block]
    returns: Block

    @property
    def name(self) -> str:
        """The short name."""
        return str(self.documentation.get("module") or self.documentation.get("name"))

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return self.path.split("/")[0]

    def options(self) -> t.Iterator[tuple[str, Block]]:
        """Every option, suboptions as ``parent.name``."""
        yield from _nested(self.documentation.get("options") or {}, "suboptions")

    def return_values(self) -> t.Iterator[tuple[str, Block]]:
        """Every return value, contained ones as ``parent.name``."""
        yield from _nested(self.returns, "contains")


def _nested(entries: t.Mapping[str, Block], key: str, prefix: str = "") -> t.Iterator[tuple[str, Block]]:
    for name, entry in entries.items():
        yield prefix + name, entry
        yield from _nested(entry.get(key) or {}, key, f"{prefix}{name}.")


@functools.cache
def documents() -> tuple[Document, ...]:
    """All documented plugins."""
    return tuple(read(path) for kind in KINDS for path in sorted((PLUGINS / kind).glob("[a-z]*.py")))


def read(path: Path) -> Document:
    """The document of one file. A block that is missing is empty."""
    texts = {"DOCUMENTATION": "", "EXAMPLES": "", "RETURN": ""}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in texts and isinstance(node.value, ast.Constant):
                texts[name] = str(node.value.value)
    blocks = {name: yaml.safe_load(text) for name, text in texts.items()}
    return Document(
        str(path.relative_to(PLUGINS)),
        _with_fragments(blocks["DOCUMENTATION"] or {}),
        blocks["EXAMPLES"] or [],
        blocks["RETURN"] or {},
    )


def _with_fragments(documentation: Block) -> Block:
    """As Ansible merges them: what the plugin says wins, then the fragment that is named first."""
    merged = {**documentation, "attributes": dict(documentation.get("attributes", {}))}
    for fragment in documentation.get("extends_documentation_fragment", []):
        part = fragment.removeprefix("wslfleet.cuda.attributes").lstrip(".").upper() or "DOCUMENTATION"
        block = yaml.safe_load(getattr(ModuleDocFragment, part))
        merged["options"] = {**block["options"], **merged.get("options", {})}
        for name, attribute in block["attributes"].items():
            merged["attributes"][name] = {**attribute, **merged["attributes"].get(name, {})}
    return merged
