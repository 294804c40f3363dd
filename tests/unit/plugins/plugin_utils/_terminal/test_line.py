# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts in columns: wide and combining characters, cut and filled; marks for terminals without Unicode."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import line


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("a\u200bb", 2), ("", 0)])
def test_columns(text: str, columns: int) -> None:
    assert line.columns(text) == columns


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 4, "abc~"),
        ("日本語", 4, "日~ "),
        ("日本語", 5, "日本~"),
        ("abc", 0, ""),
        ("abc", 1, "~"),
    ],
)
def test_a_text_takes_exactly_its_columns(text: str, width: int, fitted: str) -> None:
    assert line.fit(text, width) == fitted


@pytest.mark.parametrize(
    ("environment", "encoding", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, "utf-8", line.UNICODE),
        ({"LC_ALL": "C.utf8", "LANG": "C"}, "UTF-8", line.UNICODE),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "utf-8", line.ASCII),
        ({"LANG": "de_DE.ISO-8859-1"}, "iso-8859-1", line.ASCII),
        ({"LANG": "de_DE.UTF-8"}, "iso-8859-1", line.ASCII),
        ({}, "utf-8", line.ASCII),
    ],
)
def test_marks_that_the_terminal_can_show(environment: dict[str, str], encoding: str, expected: line.Marks) -> None:
    assert line.marks(environment, encoding) == expected


def test_marks_without_unicode_are_ascii() -> None:
    assert all(mark.isascii() for mark in vars(line.ASCII).values())


def test_long_words_stay_whole() -> None:
    assert line.wrapped("see /a/long/path now", 6) == ["see", "/a/long/path", "now"]
    assert line.wrapped("", 6) == [""]


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (67, "1:07"), (3723, "1:02:03")])
def test_durations(seconds: float, text: str) -> None:
    assert line.duration(seconds) == text
