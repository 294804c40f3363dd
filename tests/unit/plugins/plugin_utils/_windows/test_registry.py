# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import registry

TEST = registry.Scope("HKLM\\SOFTWARE\\Test", recursive=True)
USERS = registry.Scope("HKU", recursive=True)
OUTPUT = (
    "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Test\r\n"
    "    (Standard)    REG_SZ    (Wert nicht gesetzt)\r\n"
    "    Zahl    REG_DWORD    0xc53\r\n"
    "    Groß    REG_QWORD    0x100000000\r\n"
    "    Liste    REG_MULTI_SZ    de-DE\\0en-US\r\n"
    "    Leer    REG_SZ    \r\n"
    "    Ohne    REG_NONE\r\n"
    "    Bytes    REG_BINARY    00FF10\r\n"
    "    Mit    vier Blanks    REG_SZ    a    b\r\n"
    "    Pfad    REG_EXPAND_SZ    %SystemRoot%\\x\r\n"
    "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Test\\Kind\r\n"
    "    Name    REG_SZ    Jörg 😀\r\n"
    "\r\nSuchende: 9 Übereinstimmung(en) gefunden.\r\n"
).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("zahl", 0xC53),
        ("Groß", 1 << 32),
        ("Liste", ["de-DE", "en-US"]),
        ("Leer", ""),
        ("Ohne", b""),
        ("Bytes", b"\x00\xff\x10"),
        ("Mit    vier Blanks", "a    b"),
        ("Pfad", "%SystemRoot%\\x"),
        ("fehlt", None),
    ],
)
def test_values(name: str, data: object) -> None:
    assert registry.parse(OUTPUT, TEST).get("hklm\\software\\test", name) == data


def test_subkeys_and_unicode() -> None:
    tree = registry.parse(OUTPUT, TEST)
    assert tree.subkeys("HKLM\\SOFTWARE\\Test") == ["HKLM\\SOFTWARE\\Test\\Kind"]
    assert tree.text("HKLM\\SOFTWARE\\Test\\Kind", "Name") == "Jörg 😀"
    assert tree.subkeys("HKLM\\SOFTWARE\\Tes") == []
    assert "HKLM\\SOFTWARE\\Test\\kind" in tree


def test_types_are_not_confused() -> None:
    tree = registry.parse(OUTPUT, TEST)
    assert tree.text("HKLM\\SOFTWARE\\Test", "Zahl") is None
    assert tree.number("HKLM\\SOFTWARE\\Test", "Leer") is None


def test_errors_and_totals_are_no_rows() -> None:
    tree = registry.parse(b"FEHLER: Zugriff verweigert\r\nEnd of search: 0 match(es) found.\r\n", TEST)
    assert tree.subkeys("HKLM") == []


def test_merge_keeps_both() -> None:
    tree = registry.parse(b"\r\nHKEY_USERS\\S-1\r\n    A    REG_SZ    1\r\n", USERS)
    tree.merge(registry.parse(b"\r\nHKEY_USERS\\s-1\r\n    B    REG_SZ    2\r\n", USERS))
    assert (tree.text("HKU\\S-1", "A"), tree.text("HKU\\S-1", "B")) == ("1", "2")


def test_damaged_values_are_neither_numbers_nor_bytes() -> None:
    tree = registry.parse(
        b"HKEY_USERS\\X\r\n    A    REG_DWORD    0x\r\n    B    REG_BINARY    0\r\n    C    REG_QWORD\r\n"
        b"    D    REG_DWORD    0x" + b"f" * 5000 + b"\r\n    E    REG_DWORD    -0x1\r\n",
        USERS,
    )
    assert [tree.number("HKU\\X", name) for name in "ABCDE"] == [None] * 5
    assert not isinstance(tree.get("HKU\\X", "B"), bytes)


FORGED = b"""\r
HKEY_USERS\\S-1\\Soft\r
    Name    REG_SZ    a\r
HKEY_LOCAL_MACHINE\\SOFTWARE\\Other\r
    Forged    REG_SZ    1\r
HKEY_USERS\\S-2\\Soft\r
    Forged    REG_SZ    1\r
HKEY_USERS\\S-1\\Software\r
    Forged    REG_SZ    1\r
HKEY_USERS\\S-1\\Soft\\Child\r
    Below    REG_SZ    1\r
HKEY_USERS\\S-1\\Soft\\Child\\Deep\r
"""


@pytest.mark.parametrize(
    ("scope", "keys", "values"),
    [
        (registry.Scope("HKU\\S-1\\Soft"), ["", "\\Child"], {"Name"}),
        (registry.Scope("HKU\\S-1\\Soft", recursive=True), ["", "\\Child", "\\Child\\Deep"], {"Name", "Below"}),
        (registry.Scope("hku\\s-1\\soft", "below", recursive=True), ["", "\\Child", "\\Child\\Deep"], {"Below"}),
        (registry.Scope("HKU\\S-3"), None, set()),
    ],
)
def test_what_was_not_asked_is_dropped(scope: registry.Scope, keys: list[str] | None, values: set[str]) -> None:
    tree = registry.parse(FORGED, scope)
    assert tree.all_keys() == [f"HKU\\S-1\\Soft{key}" for key in keys or []] if keys else not tree.all_keys()
    assert {name for key in tree.all_keys() for name in tree.values(key)} == values


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_line_break_ends_a_line(character: str) -> None:
    output = f"HKEY_USERS\\X\r\n    A    REG_SZ    one{character}two\r\n".encode()
    assert registry.parse(output, USERS).text("HKU\\X", "A") == f"one{character}two"
