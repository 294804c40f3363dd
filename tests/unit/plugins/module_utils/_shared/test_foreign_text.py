# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean, clean_lines, clean_result


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ubuntu-24.04", "Ubuntu-24.04"),
        ("Übung 日本", "Übung 日本"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]52;c;cm0gLXJm\x07", "\\x1b]52;c;cm0gLXJm\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("exe\u202egpj", "exe\\u202egpj"),
        ("a\u2028b\u200b", "a\\u2028b\\u200b"),
        ("\ud800", "\\ud800"),
        ("12345678901", "1234567890… (1 characters more)"),
    ],
)
def test_one_line_that_no_terminal_acts_on(text: str, shown: str) -> None:
    assert clean(text, maximum=10 if text.startswith("1234") else 4096) == shown


def test_lines_stay_lines() -> None:
    assert clean_lines("+ a\r\n+\tb\x07\rc\n") == "+ a\n+\tb\\x07\\x0dc\n"


def test_every_text_of_a_result() -> None:
    result = {"na\x1bme": ["a\x1b", ("b\x07", 5)], "ok": True, "none": None, 3: 1.5}
    assert clean_result(result) == {"na\\x1bme": ["a\\x1b", ["b\\x07", 5]], "ok": True, "none": None, 3: 1.5}
