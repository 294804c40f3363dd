# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Lines of a terminal: the columns of a text, and texts cut or filled to a number of columns. Pure."""

from __future__ import annotations

import textwrap
import typing as t
import unicodedata
from dataclasses import dataclass

GOOD, CHANGED, BAD, AWAY, SOFT, PLAIN = "good", "changed", "bad", "away", "soft", "plain"
"""Tones, which are shown as colours if there are any."""


@dataclass(frozen=True)
class Line:
    """One line, without a line break."""

    text: str
    tone: str = PLAIN


@dataclass(frozen=True)
class Marks:
    """Characters that need Unicode, or their replacements."""

    full: str
    empty: str
    at_work: str
    failed: str
    more: str
    between: str


UNICODE = Marks("█", "░", "▸", "✗", "…", " · ")
ASCII = Marks("#", ".", ">", "x", "~", " - ")


def marks(environment: t.Mapping[str, str], encoding: str) -> Marks:
    """The marks for a terminal with the locale of ENVIRONMENT, to which text goes in ENCODING."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    both = (locale.lower().replace("-", ""), encoding.lower().replace("-", ""))
    return UNICODE if both[0].endswith("utf8") and both[1] == "utf8" else ASCII


def columns(text: str) -> int:
    """The columns that TEXT takes: East Asian characters two, those that combine none."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def fit(text: str, width: int, more: str = "~") -> str:
    """TEXT in exactly WIDTH columns: filled with blanks, or cut, with MORE for what is left out."""
    if columns(text) > width:
        text = _cut(text, width - 1) + more if width > 0 else ""
    return text + " " * (width - columns(text))


def _cut(text: str, width: int) -> str:
    for number, character in enumerate(text):
        width -= _width(character)
        if width < 0:
            return text[:number]
    return text


def wrapped(text: str, width: int) -> list[str]:
    """TEXT in lines of at most WIDTH columns, if its words are short enough; at least one line."""
    return textwrap.wrap(text, max(width, 1), break_on_hyphens=False, break_long_words=False) or [""]


def duration(seconds: float) -> str:
    """SECONDS as 0:07, 12:30 or 1:02:03."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
