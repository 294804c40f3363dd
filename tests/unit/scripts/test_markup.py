# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from scripts.docs.markup import table_row


def test_a_long_cell_is_wrapped_between_words() -> None:
    word = "``module_utils/_wsl_settings``,"
    lines = table_row(["``_users``", " ".join([word] * 6)])
    assert [len(line) <= 120 for line in lines] == [True] * len(lines)
    assert lines[:2] == ["   * - ``_users``", "     - " + " ".join([word] * 3)]
    assert lines[2:] == ["       " + " ".join([word] * 3)]


def test_a_short_row_keeps_its_lines() -> None:
    assert table_row(["a  b", "-"]) == ["   * - a  b", "     - -"]
