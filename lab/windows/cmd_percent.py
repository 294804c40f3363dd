# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``%NAME%`` as cmd.exe expands it on a command line: before anything else is read, inside quotes too.

Command line mode differs from batch files: an undefined name stays as it is, and ``%%`` means nothing special.
"""

from __future__ import annotations

import re
import typing as t

from lab.machine.process import NotModelled

_DELAYED = re.compile(r"!([^!:=]+)!")

Lookup = t.Callable[[str], "str | None"]
"""Gives the value of a variable by its name, without regard to case; None when it is not defined."""

_SUBSTRING = re.compile(r"~(-?\d+)(?:,(-?\d+))?")


def expand(line: str, lookup: Lookup) -> str:
    """LINE with every defined ``%NAME%``, ``%NAME:~1,2%``, ``%NAME:old=new%`` replaced; values are not read again."""
    result: list[str] = []
    position = 0
    while position < len(line):
        found = _reference(line, position, lookup) if line[position] == "%" else None
        if found is None:
            result.append(line[position])
            position += 1
        else:
            value, position = found
            result.append(value)
    return "".join(result)


def expand_delayed(text: str, lookup: Lookup) -> str:
    """TEXT, a part of a command that was read already, with ``!NAME!`` replaced; a name without a value by nothing.

    Nothing in a value is special. Raises NotModelled for what else an exclamation mark or a caret beside it may do.
    """
    if "!" not in text:
        return text
    if "!" in _DELAYED.sub("", text) or "^" in _DELAYED.sub("", text):
        raise NotModelled(f"cmd.exe: delayed expansion of {text}")
    return _DELAYED.sub(lambda match: lookup(match[1]) or "", text)


def _reference(line: str, start: int, lookup: Lookup) -> tuple[str, int] | None:
    """The value of the reference that begins at START and the position behind it; None: the % stands for itself."""
    match = re.compile(r"%([^%:\n]+)(:)?").match(line, start)
    if match is None:
        return None
    name, colon = match.group(1), match.group(2)
    if not colon:
        value = lookup(name)
        return None if value is None or line[match.end() : match.end() + 1] != "%" else (value, match.end() + 1)
    if line[match.end() : match.end() + 1] == "%":  # %NAME:% names the variable "NAME:"
        value = lookup(f"{name}:")
        return None if value is None else (value, match.end() + 1)
    end = line.find("%", match.end())
    value = lookup(name)
    if value is None or end < 0:
        return None
    changed = _modified(value, line[match.end() : end])
    return None if changed is None else (changed, end + 1)


def _modified(value: str, modifier: str) -> str | None:
    """VALUE after ``~start,length`` or ``old=new``; None when MODIFIER is neither."""
    cut = _SUBSTRING.fullmatch(modifier)
    if cut:
        return _substring(value, int(cut.group(1)), None if cut.group(2) is None else int(cut.group(2)))
    old, equals, new = modifier.partition("=")
    if not equals or not old:
        return None
    if old.startswith("*"):
        raise NotModelled(f"cmd.exe: %NAME:{modifier}%")
    return re.sub(re.escape(old), lambda _: new, value, flags=re.IGNORECASE)


def _substring(value: str, start: int, length: int | None) -> str:
    begin = max(len(value) + start, 0) if start < 0 else start
    if length is None:
        return value[begin:]
    return value[begin:length] if length < 0 else value[begin : begin + length]
