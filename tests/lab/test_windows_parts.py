# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments, drive and languages: the small parts of the Windows model."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.machine.drive import Drive, absolute
from lab.machine.process import NotModelled
from lab.windows import arguments, languages


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        ("x.exe", ["x.exe"]),
        ('"C:\\a b\\x.exe" c  d', ["C:\\a b\\x.exe", "c", "d"]),
        ('x "a b" ""', ["x", "a b", ""]),
        ('x "a\\"b" c\\\\d "e\\\\"', ["x", 'a"b', "c\\\\d", "e\\"]),
        ('x a"b c"d', ["x", "ab cd"]),
        ("x a\tb", ["x", "a", "b"]),
        ("x C:\\dir\\", ["x", "C:\\dir\\"]),
    ],
)
def test_arguments(line: str, expected: list[str]) -> None:
    assert arguments.split(line) == expected


def test_two_quotes_inside_quotes_are_read_in_two_ways() -> None:
    with pytest.raises(NotModelled):
        arguments.split('x "a""b"')


def test_remainder_keeps_the_text_as_it_is() -> None:
    assert arguments.remainder('"C:\\a b\\cmd.exe"  /c "x  y"') == '/c "x  y"'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a\\b", "C:\\work\\a\\b"),
        ("..\\a\\.\\b", "C:\\a\\b"),
        ("\\a", "C:\\a"),
        ("c:/A/b/", "c:\\A\\b"),
        ("C:a", "C:\\work\\a"),
        ("D:a", "D:\\a"),
        ("\\\\?\\C:\\a", "C:\\a"),
        ("\\??\\C:\\a", "C:\\a"),
        ("..\\..\\..", "C:\\"),
        ("\\\\server\\share", "\\\\server\\share"),
        ("C:\\ ", "C:\\"),
        ("a . ", "C:\\work\\a"),
        ("a.\\b...", "C:\\work\\a\\b"),
        ("\\\\?\\C:\\a.", "C:\\a."),
    ],
)
def test_absolute(path: str, expected: str) -> None:
    assert absolute("C:\\work", path) == expected


def test_drive_resolves_without_case_and_never_leaves_its_root(tmp_path: Path) -> None:
    drive = Drive(tmp_path / "C")
    drive.add_program("C:\\Windows\\System32\\reg.exe", "reg")
    assert drive.host_path("c:\\WINDOWS\\system32\\REG.EXE") == tmp_path / "C/Windows/System32/reg.exe"
    assert drive.host_path("C:\\..\\..\\x") == tmp_path / "C/x"
    assert drive.windows_path(tmp_path / "C/Windows") == "C:\\Windows"
    assert drive.is_program("C:\\windows\\system32\\reg.exe") == "reg"
    assert drive.host_path("\\\\?\\C:\\New\\file") == tmp_path / "C/New/file"


def test_drive_knows_no_other_drive(tmp_path: Path) -> None:
    drive = Drive(tmp_path / "C")
    with pytest.raises(FileNotFoundError):
        drive.host_path("D:\\x")
    assert not drive.exists("D:\\x")
    assert not drive.exists("\\\\server\\share")


def test_a_text_file_is_no_program(tmp_path: Path) -> None:
    drive = Drive(tmp_path)
    (tmp_path / "x.exe").write_bytes(b"MZ")
    assert drive.is_program("C:\\x.exe") is None
    assert drive.is_program("C:\\y.exe") is None


def test_every_text_stands_in_every_language_with_the_same_fields() -> None:
    for key, texts in languages._TEXTS.items():
        assert len(texts) == len(languages.LANGUAGES), key
        for text in texts:
            assert text, key
            assert ("{x}" in text, "{y}" in text) == ("{x}" in texts[0], "{y}" in texts[0]), key


def test_an_unknown_language_speaks_english() -> None:
    assert languages.text("sv-SE", "access_denied") == "Access is denied."


def test_numbers_are_grouped_as_the_language_does() -> None:
    assert languages.grouped("de-DE", 1234567) == "1.234.567"
    assert languages.grouped("fr-FR", 1234) == "1\u202f234"
