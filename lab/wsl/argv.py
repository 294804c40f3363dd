# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CommandLineToArgvW: how a C program on Windows cuts its command line into arguments.

The first argument, the program, follows a simpler rule than the others: no backslash escapes, and a leading quote runs
to the next quote. Only blank and tab separate.
"""

from __future__ import annotations

BLANKS = " \t"


def split(command_line: str) -> list[str]:
    """Cut COMMAND_LINE, program first; an empty line gives an empty list (Windows would give the program's path)."""
    if not command_line:
        return []
    program, position = _program(command_line)
    return [program, *_arguments(command_line, position)]


def program_length(command_line: str) -> int:
    """The number of characters that the program name takes, its quotes included."""
    return _program(command_line)[1]


def _program(line: str) -> tuple[str, int]:
    if line.startswith('"'):
        end = line.find('"', 1)
        return (line[1:], len(line)) if end < 0 else (line[1:end], end + 1)
    end = next((i for i, character in enumerate(line) if character in BLANKS), len(line))
    return line[:end], end


def _arguments(line: str, position: int) -> list[str]:
    arguments: list[str] = []
    while True:
        while position < len(line) and line[position] in BLANKS:
            position += 1
        if position >= len(line):
            return arguments
        argument, position = _argument(line, position)
        arguments.append(argument)


def _argument(line: str, position: int) -> tuple[str, int]:
    """One argument from POSITION: 2n backslashes and a quote are n backslashes, 2n+1 add a literal quote.

    Quotes are counted: a third one in a row is literal and ends the quoted part, as in shell32.
    """
    parts: list[str] = []
    quotes = 0
    while position < len(line) and (quotes or line[position] not in BLANKS):
        backslashes = _run(line, position, "\\")
        position += backslashes
        if position < len(line) and line[position] == '"':
            parts.append("\\" * (backslashes // 2))
            if backslashes % 2:
                parts.append('"')
                position += 1
                continue
            run = _run(line, position, '"')
            quotes, literal = _count(quotes, run)
            parts.append(literal)
            position += run
        elif backslashes:
            parts.append("\\" * backslashes)
        else:
            parts.append(line[position])
            position += 1
    return "".join(parts), position


def _run(line: str, position: int, character: str) -> int:
    """How many CHARACTERs stand in a row at POSITION."""
    return len(line) - position - len(line[position:].lstrip(character))


def _count(quotes: int, run: int) -> tuple[int, str]:
    """The open quotes after RUN more, and the literal quotes among them."""
    literal = ""
    for _ in range(run):
        quotes += 1
        if quotes == 3:
            literal += '"'
            quotes = 0
    return (0 if quotes == 2 else quotes), literal
