# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which commands only start a Python program. Pure, and small: every task loads it in its process.

Core sends a pipelined module as the stdin of ``/bin/sh -c '[NAME=value ...] INTERPRETER && sleep 0'``, since 2.21
without ``&& sleep 0``. If a command is exactly that, letter by letter, the kept Python can be the interpreter;
everything else is run by a shell.
"""

from __future__ import annotations

import re
import shlex
import typing as t

# Texts, not compiled patterns: most tasks need only one of them.
_INTERPRETER = r"/[A-Za-z0-9._/-]+\Z"
_ASSIGNMENT = r"(?s)([A-Za-z_][A-Za-z0-9_]*)=(.*)\Z"
_READ_AT_START = r"PYTHON|LC_|LANG|LD_|MALLOC_|GLIBC_|(?:HOME|TZ)\Z"
"""Variables that Python, its libraries or the loader read when they start."""


class Program(t.NamedTuple):
    """A Python program that its interpreter reads from stdin."""

    interpreter: str
    environment: dict[str, str]


def program(command: str) -> Program | None:
    """The program that COMMAND starts; None if it does anything else than start a Python that reads its program."""
    inner = inner_command(command)
    if inner is None:
        return None
    try:
        words = shlex.split(inner)
    except ValueError:
        return None
    environment: dict[str, str] = {}
    while words and "=" in words[0] and (match := re.match(_ASSIGNMENT, words[0])):
        environment[match.group(1)] = match.group(2)
        words.pop(0)
    if len(words) != 1 or not re.match(_INTERPRETER, words[0]) or "python" not in words[0].rpartition("/")[2]:
        return None
    if any(re.match(_READ_AT_START, name) for name in environment):
        return None
    written = [*(f"{name}={shlex.quote(value)}" for name, value in environment.items()), words[0]]
    return Program(words[0], environment) if " ".join(written) == inner else None


def inner_command(command: str) -> str | None:
    """The command that ``/bin/sh -c`` gets, without ``&& sleep 0``, if COMMAND is written as core writes it."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if len(words) != 3 or words[:2] != ["/bin/sh", "-c"] or command != f"/bin/sh -c {shlex.quote(words[2])}":
        return None
    return words[2].removesuffix(" && sleep 0")
