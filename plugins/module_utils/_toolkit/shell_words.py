# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Where the words and the expansions of a shell file end."""

from __future__ import annotations

import re
import typing as t

OPERATOR = re.compile(r"&&|\|\||;;|<<<|<<-?|[;|&()<>\n]")


def skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t":
        place += 1
    return place


def behind_document(text: str, place: int, mark: str) -> t.Tuple[int, int]:
    """Behind the here-document that ends with MARK, and how many lines it has."""
    passed = 0
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        passed += 1
        if text[place:end].strip("\t\r") == mark:
            return min(end + 1, len(text)), passed
        place = end + 1
    return len(text), passed


def word_end(text: str, place: int) -> int:
    """Behind the word at PLACE: up to a blank or an operator outside quotes and expansions."""
    while place < len(text) and text[place] not in " \t\r" and not OPERATOR.match(text, place):
        place = behind_part(text, place)
    return min(place, len(text))


def behind_part(text: str, place: int) -> int:
    """Behind the character, the quoted part or the expansion at PLACE."""
    character = text[place]
    if character == "\\":
        return place + 2
    if character in "'`":
        end = text.find(character, place + 1)
        return end + 1 if end >= 0 else len(text)
    if character == '"':
        place += 1
        while place < len(text) and text[place] != '"':
            # Single quotes mean nothing here.
            place = place + 1 if text[place] == "'" else behind_part(text, place)
        return place + 1
    if text.startswith(("$(", "${"), place):
        return behind_bracket(text, place + 1)
    return place + 1


def behind_bracket(text: str, place: int) -> int:
    """Behind the bracket that closes the one at PLACE; without a look at quotes, but for those that are escaped."""
    opening = text[place]
    closing = {"(": ")", "{": "}"}[opening]
    depth = 0
    while place < len(text):
        if text[place] == "\\":
            place += 1
        elif text[place] == opening:
            depth += 1
        elif text[place] == closing:
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    return len(text)
