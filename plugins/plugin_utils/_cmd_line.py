# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Command lines for a host where ``cmd.exe /C`` reads every one of them.

WinRM and Windows OpenSSH both hand the line to ``cmd.exe /C``; there is no way round it on Windows 11. What that means:

* a line that begins with a quote loses its first and its last one: the lines built here never do;
* ``%NAME%`` is expanded even inside quotes, and ``^`` does not protect it: ``%`` is refused;
* ``\\"`` is unknown, a quote only flips a state: ``"`` is refused in arguments, so quotes are never nested;
* a line break ends the command and drops the rest in silence: control characters are refused;
* 8,191 UTF-16 units is the limit, programs without a full path are searched in the working directory first.

Several reads travel in one line (``batch``): what counts on a slow connection is WinRS commands, not processes. Shape:
``echo BEGIN&LINE&&echo END-1-0||echo END-1-1&LINE&&…``. ``&`` binds weakest, so no brackets are needed.
``%ERRORLEVEL%`` would be expanded before anything runs, so only success or failure of a part is known. The first marker
keeps out what an AutoRun command of the host prints.

Source: documented cmd.exe rules, and measurements on Windows 11 build 26200 over WinRM.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

MAXIMUM_LENGTH = 8191
"""UTF-16 units in one line, as cmd.exe counts them."""

INTERNAL_COMMANDS = frozenset(
    ["cd", "copy", "del", "dir", "echo", "md", "mkdir", "move", "rd", "ren", "rmdir", "set", "start", "type", "ver"]
)
"""Commands of cmd.exe itself that may stand where a full path is demanded otherwise."""

# Blanks split arguments, the others act outside quotes. ``=`` is left alone on purpose: cmd.exe hands it on unchanged,
# and msiexec.exe does not recognise a property in quotes (REBOOT=ReallySuppress).
_NEEDS_QUOTES = re.compile(r"[ \t&|<>()^!;,]")
_FULL_PATH = re.compile(r"[A-Za-z]:\\")
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

_BEGIN = "wslfleet-begin"
_END = "wslfleet"


class CmdLineError(ValueError):
    """Something cannot be said to cmd.exe; one line that names the argument and the reason."""


def cmd_line(program: str, args: t.Sequence[str] = (), env: t.Mapping[str, str] | None = None) -> str:
    """The line that starts PROGRAM with ARGS after setting ENV.

    :arg program: an absolute Windows path, or one of ``INTERNAL_COMMANDS``.
    :arg env: environment variables of the program; they also stand for later commands in the same line.
    :raises CmdLineError: an argument, a variable or the length cannot be carried by cmd.exe.
    """
    prefix = "".join(_set(name, value) for name, value in (env or {}).items())
    words = [_program(program), *(_word(arg, f"argument {number}") for number, arg in enumerate(args, 1))]
    if words[0].startswith('"') and not prefix:
        prefix = "set WSLFLEET=1&"
    return _checked_length(prefix + " ".join(words))


def _checked_length(line: str) -> str:
    """LINE itself; raises CmdLineError when cmd.exe would not take it whole."""
    units = len(line.encode("utf-16-le")) // 2
    if units > MAXIMUM_LENGTH:
        raise CmdLineError(f"the command line has {units} UTF-16 units, cmd.exe takes {MAXIMUM_LENGTH}: {line[:60]}…")
    return line


def _program(path: str) -> str:
    if path.lower() in INTERNAL_COMMANDS:
        return path
    if not _FULL_PATH.match(path):
        raise CmdLineError(f"the program {path!r} needs its full path, for example C:\\Windows\\System32\\reg.exe")
    return _word(path, "the program")


def _set(name: str, value: str) -> str:
    if not _ENVIRONMENT_NAME.match(name):
        raise CmdLineError(f"the environment variable {name!r} may hold only letters, digits and underscores")
    _refuse_unsayable(value, f"the environment variable {name}")
    if _NEEDS_QUOTES.search(value) or not value:
        return f'set "{name}={value}"&'
    return f"set {name}={value}&"


def _word(text: str, where: str) -> str:
    _refuse_unsayable(text, where)
    if text and not _NEEDS_QUOTES.search(text):
        return text
    if text.endswith("\\"):
        raise CmdLineError(f"{where} ends with a backslash, which would swallow the closing quote: {text!r}")
    return f'"{text}"'


def _refuse_unsayable(text: str, where: str) -> None:
    for character, name in (("%", "a per cent sign"), ('"', "a double quote")):
        if character in text:
            raise CmdLineError(f"{where} holds {name}, which cmd.exe cannot carry: {text!r}")
    for character in text:
        if (ord(character) < 0x20 and character != "\t") or character == "\x7f":
            raise CmdLineError(f"{where} holds the control character {character!r}, which cmd.exe cannot carry")
        if 0xD800 <= ord(character) <= 0xDFFF or character in "\ufffe\uffff":
            raise CmdLineError(f"{where} holds {ord(character):#06x}, which is not a character: {text!r}")


EACH_LINE = "@line@"
"""Stands for the line in what ``for_each_line`` runs."""


def for_each_line(printed_by: str, *lines: str) -> str:
    """The line that runs LINES once for each line that PRINTED_BY prints, with that in the place of ``EACH_LINE``.

    cmd.exe puts it in after it has read the line, so that no character in it acts. It looks for ``%`` before anything
    else, finds no variable of that odd name and leaves it alone, as in all use of ``for`` outside batch files. ``@``: a
    body would be printed otherwise. Brackets: a body has no other end.
    :raises CmdLineError: PRINTED_BY holds quotes.
    """
    if "'" in printed_by or '"' in printed_by:
        raise CmdLineError(f"the command of a loop must not hold quotes: {printed_by}")
    body = "&".join(lines).replace(EACH_LINE, "%n")
    return _checked_length(f"(for /f \"delims=\" %n in ('{printed_by}') do @({body}))")


def first_that_succeeds(*lines: str) -> str:
    """The line that runs LINES (each built by ``cmd_line``) until one ends with exit code 0."""
    return _checked_length(f"({'||'.join(lines)})")


class BatchError(ValueError):
    """The output does not hold every part; one line that says which is missing."""


@dataclass(frozen=True)
class BatchPart:
    """What one line of a batch left behind. stderr is common to all parts and not here."""

    exit_code: int
    """0, or 1 for any failure: cmd.exe tells no more."""
    stdout: bytes


def batch(lines: t.Sequence[str]) -> str:
    """One line that runs LINES (each built by ``cmd_line``) one after the other, whatever becomes of each.

    :raises CmdLineError: there are no lines, or together they are longer than cmd.exe takes.
    """
    if not lines:
        raise CmdLineError("a batch needs at least one line")
    parts = [f"{line}&&echo {_END}-{n}-0||echo {_END}-{n}-1" for n, line in enumerate(lines, 1)]
    return _checked_length(f"echo {_BEGIN}&" + "&".join(parts))


def preamble(stdout: bytes) -> bytes:
    """What stands before the first marker of a ``batch``: an AutoRun command of the host printed it."""
    return stdout.partition(_BEGIN.encode())[0]


def split_batch(stdout: bytes, count: int, partial: bool = False) -> list[BatchPart]:
    """The COUNT parts of what a ``batch`` printed; with PARTIAL only those that ended, when it was cut short.

    :raises BatchError: a marker is missing, so the batch was cut short.
    """
    marker = f"{_BEGIN}\r\n".encode()
    _ignored, found, rest = stdout.partition(marker)
    if not found:
        raise BatchError("the batch printed nothing of its own: cmd.exe did not run it")
    parts: list[BatchPart] = []
    for number in range(1, count + 1):
        match = re.search(rf"{_END}-{number}-([01])\r\n".encode(), rest)
        if match is None and partial:
            return parts
        if match is None:
            raise BatchError(f"part {number} of {count} of a batch is missing: it was ended before that")
        parts.append(BatchPart(int(match.group(1)), rest[: match.start()]))
        rest = rest[match.end() :]
    return parts
