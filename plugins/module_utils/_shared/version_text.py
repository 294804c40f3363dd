# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A version is text: YAML reads an unquoted ``12.10`` as the number 12.1, and they cannot be told apart afterwards.

Ansible turns such a number into text by itself wherever an option is text, so options that hold a version are ``raw``.
"""

from __future__ import annotations

import typing as t


def problem(name: str, value: t.Any) -> str:
    """What is wrong with VALUE of the version NAME: a sentence when it is a number, else empty."""
    if isinstance(value, str) or value is None:
        return ""
    if not isinstance(value, (int, float)):
        return f"{name} must be text, not {type(value).__name__.lower().replace('_ansibletagged', '')}"
    hint = "unquoted, YAML takes 12.10 for the number 12.1"
    return f'{name} is the number {value}: quote it, as in {name}: "{value}" ({hint})'


def numbers(version: str) -> t.Tuple[int, ...]:
    """``551.61`` -> (551, 61), for comparison; raises ValueError for anything but numbers and dots."""
    return tuple(int(part) for part in version.split("."))


def dotted(version: t.Iterable[int]) -> str:
    """(2, 6, 3) -> ``2.6.3``."""
    return ".".join(str(number) for number in version)
