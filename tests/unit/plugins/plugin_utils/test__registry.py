# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _registry

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
    assert _registry.parse(OUTPUT).get("hklm\\software\\test", name) == data


def test_subkeys_and_unicode() -> None:
    tree = _registry.parse(OUTPUT)
    assert tree.subkeys("HKLM\\SOFTWARE\\Test") == ["HKLM\\SOFTWARE\\Test\\Kind"]
    assert tree.text("HKLM\\SOFTWARE\\Test\\Kind", "Name") == "Jörg 😀"
    assert tree.subkeys("HKLM\\SOFTWARE\\Tes") == []
    assert "HKLM\\SOFTWARE\\Test\\kind" in tree


def test_types_are_not_confused() -> None:
    tree = _registry.parse(OUTPUT)
    assert tree.text("HKLM\\SOFTWARE\\Test", "Zahl") is None
    assert tree.number("HKLM\\SOFTWARE\\Test", "Leer") is None


def test_errors_and_totals_are_no_rows() -> None:
    tree = _registry.parse(b"FEHLER: Zugriff verweigert\r\nEnd of search: 0 match(es) found.\r\n")
    assert tree.subkeys("HKLM") == []


def test_merge_keeps_both() -> None:
    tree = _registry.parse(b"\r\nHKEY_USERS\\S-1\r\n    A    REG_SZ    1\r\n")
    tree.merge(_registry.parse(b"\r\nHKEY_USERS\\s-1\r\n    B    REG_SZ    2\r\n"))
    assert (tree.text("HKU\\S-1", "A"), tree.text("HKU\\S-1", "B")) == ("1", "2")


def test_damaged_values_are_neither_numbers_nor_bytes() -> None:
    tree = _registry.parse(
        b"HKEY_USERS\\X\r\n    A    REG_DWORD    0x\r\n    B    REG_BINARY    0\r\n    C    REG_QWORD\r\n"
    )
    assert [tree.number("HKU\\X", name) for name in "ABC"] == [None] * 3
    assert not isinstance(tree.get("HKU\\X", "B"), bytes)
