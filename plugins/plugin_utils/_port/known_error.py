# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The meaning of a program's error code and what to do: the form of every catalogue of errors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownError:
    """One error code; MEANING and REMEDY are each a part of one line, without full stop."""

    code: str
    """The name, or the number if there is no name."""
    aliases: tuple[str, ...]
    """Other spellings of the same code: for wsl.exe its number, lower case, as older builds print it."""
    meaning: str
    remedy: str
    program: str
    """The program that uses the code; another one may use the same number with another meaning."""


def hexadecimal(number: int) -> str:
    """An HRESULT as programs print it: ``0x80370102``."""
    return f"0x{number:08x}"
