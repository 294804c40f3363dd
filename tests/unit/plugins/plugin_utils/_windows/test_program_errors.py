# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import program_errors as p


def test_entries() -> None:
    for entry in p.CATALOGUE:
        assert all(text and "\n" not in text and not text.endswith(".") for text in (entry.meaning, entry.remedy)), (
            entry
        )
        for spelling in (entry.code, *entry.aliases):
            assert p.known_error(spelling, entry.program) is entry
            assert p.known_error(spelling.upper().replace("0X", "0x"), entry.program) is entry
    spellings = [(entry.program, text) for entry in p.CATALOGUE for text in (entry.code, *entry.aliases)]
    assert len(spellings) == len(set(spellings))
    assert {entry.program for entry in p.CATALOGUE} == {p.DISM, p.MSIEXEC, p.CURL}


@pytest.mark.parametrize(
    ("program", "codes"),
    [
        (p.DISM, "50 14081 0x8007371b 0x800f080c 0x800f081f 0x800f0954 0x80070652"),
        (p.MSIEXEC, "1602 1603 1605 1612 1618 1619 1625 1638"),
        (p.CURL, "5 6 7 18 22 23 28 35 56 60"),
    ],
)
def test_every_known_situation_has_an_entry(program: str, codes: str) -> None:
    assert [code for code in codes.split() if p.known_error(code, program) is None] == []


def test_a_number_means_something_else_to_another_program() -> None:
    assert p.known_error("50", p.DISM) is not None and p.known_error("50", p.MSIEXEC) is None
