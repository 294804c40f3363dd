# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's markup, such as ``O(name=value)``, as Markdown."""

from __future__ import annotations

import typing as t

from antsibull_docs_parser import dom
from antsibull_docs_parser.parser import Context, parse


def markdown(text: str) -> str:
    """One paragraph of TEXT as Markdown. Raises ValueError for markup that cannot be read."""
    parts = parse(text, Context(), errors="exception")[0] if text else []
    return "".join(_part(part) for part in parts)


def _part(part: t.Any) -> str:
    kind = dom.PartType
    if part.type == kind.TEXT:
        return str(part.text)
    if part.type in (kind.OPTION_NAME, kind.RETURN_VALUE):
        return f"`{part.name}`" if part.value is None else f"`{part.name}={part.value}`"
    if part.type == kind.PLUGIN:
        return f"`{part.plugin.fqcn}`"
    if part.type == kind.LINK:
        return f"[{part.text}]({part.url})"
    marks = {kind.BOLD: "**", kind.ITALIC: "*"}
    names = {kind.MODULE: "fqcn", kind.OPTION_VALUE: "value", kind.ENV_VARIABLE: "name", kind.URL: "url"}
    mark = marks.get(part.type, "`")
    return f"{mark}{getattr(part, names.get(part.type, 'text'))}{mark}"
