# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Windows program splits the one command line that it gets into arguments (CommandLineToArgvW, C run time).

Both rules give the same where no two quotes stand inside quotes.
"""

from __future__ import annotations

from lab.machine.process import NotModelled

_BLANKS = " \t"


def split(command_line: str) -> list[str]:
    """The argv of COMMAND_LINE; argv[0] follows its own rule (no backslash escapes, a quote runs to the next)."""
    if not command_line:
        return []
    program, rest = _program(command_line)
    return [program, *split_arguments(rest)]


def remainder(command_line: str) -> str:
    """What follows argv[0] in COMMAND_LINE, without leading blanks, otherwise untouched."""
    return _program(command_line)[1].lstrip(_BLANKS)


def _program(command_line: str) -> tuple[str, str]:
    quoted = False
    for index, character in enumerate(command_line):
        if character == '"':
            quoted = not quoted
        elif character in _BLANKS and not quoted:
            return command_line[:index].replace('"', ""), command_line[index:]
    return command_line.replace('"', ""), ""


def split_arguments(text: str) -> list[str]:
    """The arguments in TEXT: 2n backslashes before a quote are n, an odd one makes the quote literal."""
    arguments: list[str] = []
    position = 0
    while True:
        while position < len(text) and text[position] in _BLANKS:
            position += 1
        if position >= len(text):
            return arguments
        argument, position = _argument(text, position)
        arguments.append(argument)


def _argument(text: str, position: int) -> tuple[str, int]:
    result: list[str] = []
    quoted = False
    while position < len(text):
        character = text[position]
        if character in _BLANKS and not quoted:
            break
        if character == "\\":
            run = len(text) - position - len(text[position:].lstrip("\\"))
            position += run
            if text[position : position + 1] != '"':
                result.append("\\" * run)
                continue
            result.append("\\" * (run // 2))
            if run % 2:
                result.append('"')
                position += 1
        elif character == '"':
            if quoted and text[position + 1 : position + 2] == '"':
                raise NotModelled(f"two quotes inside quotes, which not every program reads alike: {text}")
            quoted = not quoted
            position += 1
        else:
            result.append(character)
            position += 1
    return "".join(result), position
