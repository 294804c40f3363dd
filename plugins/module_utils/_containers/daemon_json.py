# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NVIDIA's runtime in docker's daemon.json: added and removed as text, so that every other byte stays.

The entry is the same as from ``nvidia-ctk runtime configure``, which however rewrites the whole file.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

NAME = "nvidia"
PROGRAM = "nvidia-container-runtime"
ENTRY: t.Mapping[str, t.Any] = {"args": [], "path": PROGRAM}
_BLANK = re.compile(r"[ \t\r\n]*")


class DaemonJsonError(ValueError):
    """The text is not what dockerd reads, or its runtime nvidia is another's. One line, without the path."""


@dataclass(frozen=True)
class _Member:
    """One name with its value in an object: ``start`` at the name, ``value`` to ``end`` the value."""

    name: str
    start: int
    value: int
    end: int


def knows(text: str | None) -> bool:
    """Whether TEXT has NVIDIA's runtime. Raises DaemonJsonError."""
    found = _runtimes(_parsed(text)).get(NAME)
    if found is None:
        return False
    path = found.get("path", "") if isinstance(found, dict) else found
    if str(path).rpartition("/")[2] != PROGRAM:
        raise DaemonJsonError(f"its runtime nvidia is {json.dumps(path)}, not {PROGRAM}; rename or remove that runtime")
    return True


def has_runtimes(text: str | None) -> bool:
    """Whether TEXT has the setting ``runtimes``, even if it is empty. Raises DaemonJsonError."""
    return "runtimes" in _parsed(text)


def is_default(text: str | None) -> bool:
    """Whether every container gets NVIDIA's runtime. Raises DaemonJsonError."""
    return bool(_parsed(text).get("default-runtime") == NAME)


def is_empty(text: str | None) -> bool:
    """Whether TEXT holds no setting. Raises DaemonJsonError."""
    return not _parsed(text)


def with_runtime(text: str | None) -> str:
    """TEXT with the runtime added. Every other byte stays. Raises DaemonJsonError."""
    if text is None or not text.strip():
        return json.dumps({"runtimes": {NAME: ENTRY}}, indent=4) + "\n"
    if knows(text):
        return text
    top = _skip(text, 0)
    outer = _members(text, top)
    inner = _last(outer, "runtimes")
    if inner is None:
        return _put(text, top, outer, "runtimes", {NAME: ENTRY})
    return _put(text, inner.value, _members(text, inner.value), NAME, ENTRY)


def without_runtime(text: str, keep_empty: bool) -> str:
    """TEXT without the runtime. Every other byte stays. KEEP_EMPTY: also ``runtimes`` stays, if it becomes empty.

    Raises DaemonJsonError.
    """
    if not knows(text):
        return text
    top = _skip(text, 0)
    outer = _members(text, top)
    inner = _last(outer, "runtimes")
    if inner is None:
        return text
    members = _members(text, inner.value)
    if len(members) == 1 and not keep_empty:
        return _cut(text, top, outer, inner)
    mine = _last(members, NAME)
    return text if mine is None else _cut(text, inner.value, members, mine)


def _parsed(text: str | None) -> t.Dict[str, t.Any]:
    if text is None or not text.strip():
        return {}
    try:
        config = json.loads(text)
    except ValueError as error:
        raise DaemonJsonError(f"it is no JSON: {error}") from error
    except RecursionError:
        raise DaemonJsonError("it is nested too deeply") from None
    if not isinstance(config, dict):
        raise DaemonJsonError("it contains no object of settings")
    return config


def _runtimes(config: t.Mapping[str, t.Any]) -> t.Dict[str, t.Any]:
    found = config.get("runtimes", {})
    if not isinstance(found, dict):
        raise DaemonJsonError("its setting runtimes is no object")
    return found


def _members(text: str, start: int) -> t.List[_Member]:
    """The members of the object that begins at START; the text has been parsed before."""
    decoder = json.JSONDecoder()
    found: t.List[_Member] = []
    place = _skip(text, start + 1)
    while text[place] != "}":
        name, after = decoder.raw_decode(text, place)
        value = _skip(text, _skip(text, after) + 1)
        end = decoder.raw_decode(text, value)[1]
        found.append(_Member(name, place, value, end))
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return found


def _last(members: t.Sequence[_Member], name: str) -> _Member | None:
    """The member NAME. If there are several, the last one counts."""
    return next((member for member in reversed(members) if member.name == name), None)


def _skip(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _put(text: str, start: int, members: t.Sequence[_Member], name: str, value: t.Any) -> str:
    """TEXT with NAME as last member of the object at START, formatted like the member before it."""
    if not members:
        return f"{text[: start + 1]}{json.dumps({name: value})[1:-1]}{text[start + 1 :]}"
    last = members[-1]
    gap = text[len(text[: last.start].rstrip(" \t\r\n")) : last.start] or " "
    written = json.dumps({name: value})[1:-1]
    if "\n" in gap:
        indent = gap.rpartition("\n")[2]
        gap = ("\r\n" if "\r\n" in gap else "\n") + indent  # blank lines between members are not copied
        # The object of the runtimes is one level deeper, so its indentation is two steps.
        step = indent if start == _skip(text, 0) else indent[: len(indent) // 2]
        written = f"{json.dumps(name)}: " + json.dumps(value, indent=step or "    ").replace("\n", gap)
    return f"{text[: last.end]},{gap}{written}{text[last.end :]}"


def _cut(text: str, start: int, members: t.Sequence[_Member], mine: _Member) -> str:
    """TEXT without MINE of the object at START, and without the comma that it needed."""
    place = members.index(mine)
    if place:
        return text[: members[place - 1].end] + text[mine.end :]
    if len(members) > 1:
        return text[: mine.start] + text[members[1].start :]
    return text[: start + 1] + text[mine.end :]
