# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CommandLineToArgvW."""

from __future__ import annotations

import pytest

from lab.wsl.argv import program_length, split

CASES = [
    ("", []),
    ("wsl.exe", ["wsl.exe"]),
    ('"C:\\Program Files\\WSL\\wsl.exe" a', ["C:\\Program Files\\WSL\\wsl.exe", "a"]),
    ("p a\tb", ["p", "a", "b"]),
    ('p foo "" bar', ["p", "foo", "", "bar"]),
    ('p "a b" c', ["p", "a b", "c"]),
    (r"p \"a\"", ["p", '"a"']),
    (r"p C:\a\b\ c", ["p", "C:\\a\\b\\", "c"]),
    (r'p "C:\a b\\" c', ["p", "C:\\a b\\", "c"]),
    (r'p "a\"b c" d', ["p", 'a"b c', "d"]),
    (r"p a\\\"b", ["p", 'a\\"b']),
    ('p "a""b"', ["p", 'a"b']),
    ('p """a b"""', ["p", '"a', 'b"']),
    ('p "a\nb"', ["p", "a\nb"]),
    (r'"p\" a', ["p\\", "a"]),
    ("p %X% ^& |", ["p", "%X%", "^&", "|"]),
]


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_split(line: str, expected: list[str]) -> None:
    assert split(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"), [("wsl.exe -l", 7), ('"C:\\a b\\wsl.exe" -l', 16), ("wsl.exe", 7), ('"open', 5)]
)
def test_program_length(line: str, expected: int) -> None:
    assert program_length(line) == expected
