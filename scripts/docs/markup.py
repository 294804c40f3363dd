# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's markup, such as ``O(name=value)``, as Markdown; rows of tables in reStructuredText."""

from __future__ import annotations

import textwrap
import typing as t

from antsibull_docs_parser import dom
from antsibull_docs_parser.parser import Context, parse

_LINE = 120


def table_row(cells: t.Sequence[str]) -> list[str]:
    """CELLS as a row of a ``list-table``. Long ones are wrapped between words."""
    lines = []
    for number, text in enumerate(cells):
        mark = "   * - " if number == 0 else "     - "
        lines += textwrap.wrap(
            text or r"\ ",
            _LINE,
            initial_indent=mark,
            subsequent_indent=" " * len(mark),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


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
