# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Compares Debian version numbers as dpkg does (deb-version(7)), without a process for each comparison."""

from __future__ import annotations

import functools
import re
import typing as t


def compare(left: str, right: str) -> int:
    """-1, 0 or 1 as LEFT is older than, the same as or newer than RIGHT."""
    for one, other in zip(_parts(left), _parts(right)):
        found = _compare_part(one, other)
        if found:
            return found
    return 0


key = functools.cmp_to_key(compare)
"""For ``sorted`` and ``max``."""


def satisfies(version: str, operator: str, wanted: str) -> bool:
    """Whether VERSION meets a relation such as ``>= 12.8.1``; an empty OPERATOR is met by all."""
    order = compare(version, wanted) if operator else 0
    return {"": True, ">=": order >= 0, "<=": order <= 0, "=": order == 0, ">>": order > 0, "<<": order < 0}[operator]


def upstream(version: str) -> str:
    """VERSION without the revision of the package: ``12.8.1`` of ``12.8.1-1``."""
    return version.rpartition("-")[0] or version


def numbers(version: str) -> t.Tuple[int, int] | None:
    """Major and minor number of VERSION, behind its epoch; None if it does not begin with two numbers."""
    match = re.match(r"(?:[0-9]+:)?([0-9]+)\.([0-9]+)", version)
    return (int(match.group(1)), int(match.group(2))) if match else None


def _parts(version: str) -> t.Tuple[str, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _dash, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if upstream else (epoch, rest, "")


def _compare_part(left: str, right: str) -> int:
    while left or right:
        one, left = _split(left, r"[^0-9]*")
        other, right = _split(right, r"[^0-9]*")
        words = ([_weight(letter) for letter in one] + [0], [_weight(letter) for letter in other] + [0])
        if words[0] != words[1]:
            return -1 if words[0] < words[1] else 1
        one, left = _split(left, r"[0-9]*")
        other, right = _split(right, r"[0-9]*")
        if int(one or 0) != int(other or 0):
            return -1 if int(one or 0) < int(other or 0) else 1
    return 0


def _split(text: str, pattern: str) -> t.Tuple[str, str]:
    match = re.match(pattern, text)
    end = match.end() if match else 0
    return text[:end], text[end:]


def _weight(letter: str) -> int:
    """``~`` before the end, the end before letters, letters before the rest."""
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
