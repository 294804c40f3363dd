# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The meaning of a program's error code and what to do: the form of every catalogue of errors."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownError:
    """One error code; MEANING and REMEDY are each a part of one line, without full stop."""

    code: str
    """The name, or the number if there is no name."""
    meaning: str
    remedy: str
    program: str
    """The program that uses the code; another one may use the same number with another meaning."""
    aliases: tuple[str, ...] = ()
    """Other spellings of the same code: for wsl.exe its number, lower case, as older builds print it."""

    def __str__(self) -> str:
        return f"{self.meaning}; {self.remedy}"


def entries(program: str, rows: t.Iterable[tuple[str, str, str]]) -> list[KnownError]:
    """What ROWS tell of PROGRAM: a code and its other spellings, with blanks between; meaning; remedy."""
    spelled = [(spellings.split(), meaning, remedy) for spellings, meaning, remedy in rows]
    return [KnownError(code, meaning, remedy, program, tuple(more)) for (code, *more), meaning, remedy in spelled]


def by_spelling(catalogue: t.Iterable[KnownError]) -> dict[tuple[str, str], KnownError]:
    """Program, and a spelling of a code in lower case -> the entry of CATALOGUE."""
    return {(one.program, code.lower()): one for one in catalogue for code in (one.code, *one.aliases)}


def hexadecimal(number: int) -> str:
    """An HRESULT as programs print it: ``0x80370102``."""
    return f"0x{number:08x}"
