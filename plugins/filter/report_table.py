# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that turns a list of dictionaries into the lines of a plain text table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: report_table
short_description: Make the lines of a plain text table
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Converts a list of dictionaries to the lines of a table for the terminal.
  - Each column is as wide as its widest cell, up to O(width). Longer text is wrapped.
  - A missing or empty value is shown as V(-).
positional: columns
options:
  _input:
    description:
      - The rows; one dictionary for each line.
    type: list
    elements: dict
    required: true
  columns:
    description:
      - The keys to show, in this order. They are also the headings, with underscores shown as blanks.
    type: list
    elements: str
    required: true
  width:
    description:
      - Maximum number of characters in one line of a cell.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Show the laptops
  ansible.builtin.debug:
    msg: "{{ rows | wslfleet.cuda.report_table(['laptop', 'toolkit']) }}"
  vars:
    rows:
      - laptop: laptop-17
        toolkit: "12.8"
"""

RETURN = r"""
_value:
  description:
    - The lines of the table; heading, rule, rows.
  type: list
  elements: str
  sample:
    - laptop     toolkit
    - "---------  -------"
    - laptop-17  12.8
"""

import itertools
import textwrap
import typing as t

from ansible.errors import AnsibleFilterError


def _cell(row: t.Mapping[str, t.Any], column: str, width: int) -> list[str]:
    """The lines of one cell."""
    value = row.get(column)
    if isinstance(value, (list, tuple)):
        value = ", ".join(str(item) for item in value)
    text = "-" if value is None or value == "" else str(value)
    return textwrap.wrap(text, width, break_on_hyphens=False) or ["-"]


def report_table(rows: t.Any, columns: t.Any, width: int = 60) -> list[str]:
    """The lines of a table of ROWS with COLUMNS. Raises AnsibleFilterError for anything but a list of dictionaries."""
    if not isinstance(rows, list) or not all(isinstance(row, t.Mapping) for row in rows):
        raise AnsibleFilterError(f"report_table needs a list of dictionaries, not {type(rows).__name__}")
    if not isinstance(columns, list) or not columns:
        raise AnsibleFilterError("report_table needs a list of columns")
    lines = [[column.replace("_", " ") for column in columns]]
    for row in rows:
        cells = [_cell(row, column, width) for column in columns]
        lines += [list(parts) for parts in itertools.zip_longest(*cells, fillvalue="")]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    table = ["  ".join(text.ljust(size) for text, size in zip(line, widths)).rstrip() for line in lines]
    return [table[0], "  ".join("-" * size for size in widths), *table[1:]]


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"report_table": report_table}
