# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Command lines for a host where ``cmd.exe /C`` reads every one of them.

WinRM and Windows OpenSSH both give the line to ``cmd.exe /C``; Windows 11 has no way around it. This means:

* a line that begins with a quote loses its first and its last quote: the lines built here never begin with one;
* ``%NAME%`` is expanded even inside quotes, and ``^`` does not protect it: ``%`` is refused;
* ``\\"`` is unknown, every quote switches quoting on or off: ``"`` is refused in arguments, so quotes are never nested;
* ``rd /s`` walks a tree that others may be changing, with the rights of an administrator: it is refused;
* a line break ends the command and silently drops the rest: control characters are refused;
* the limit is 8,191 UTF-16 units, and programs without a full path are searched in the working directory first.

One line contains several reads (``Batch``), because a slow connection makes WinRS commands expensive, not processes:
``echo MARK-begin&LINE&&echo MARK-1-0||echo MARK-1-1&LINE&&…``. ``&`` binds weakest, so no brackets are needed.
``%ERRORLEVEL%`` would be expanded before anything runs, so only success or failure of a part is known. Output before
the first marker comes from an AutoRun command of the host. MARK is random and new for every batch: the output of a part
is often written by somebody else, who must not be able to end that part and forge the next one.

Source: documented cmd.exe rules, and measurements on Windows 11 build 26200 over WinRM.
"""

from __future__ import annotations

import re
import secrets
import string
import types
import typing as t

MAXIMUM_LENGTH = 8191
"""UTF-16 units in one line, as cmd.exe counts them."""

INTERNAL_COMMANDS = frozenset(
    ["cd", "copy", "del", "dir", "echo", "md", "mkdir", "move", "rd", "ren", "rmdir", "set", "start", "type", "ver"]
)
"""Commands of cmd.exe itself, which need no full path."""

# Blanks split arguments, the others act outside quotes. ``=`` is not quoted on purpose: cmd.exe passes it unchanged,
# and msiexec.exe does not recognise a property in quotes (REBOOT=ReallySuppress).
# Texts, not compiled patterns: every task starts a process that loads this file.
_NEEDS_QUOTES = r"[ \t&|<>()^!;,]"
_UNSAYABLE = "[\x00-\x08\n-\x1f\x7f\ud800-\udfff\ufffe\uffff]"
_FULL_PATH = r"[A-Za-z]:\\"
_ENVIRONMENT_NAME = r"[A-Za-z_][A-Za-z0-9_]*\Z"

EXIT_WITH_CODE = "&call exit %^ERRORLEVEL%"
"""Ends a line, and its cmd.exe, with the code of the program before it, see ``waited_for``."""

MARK = "@mark@"
"""Placeholder for the mark of a batch in one of its lines, see ``BatchPart.sections``."""
_MARK_LENGTH = 8
"""2**47 marks. An attacker has one guess for each run; longer marks would not leave room for the reads of
``host_info``."""


class CmdLineError(ValueError):
    """Something cannot be written for cmd.exe; one line with the argument and the reason."""


def cmd_line(program: str, args: t.Sequence[str] = (), env: t.Mapping[str, str] | None = None) -> str:
    """The line that starts PROGRAM with ARGS after setting ENV.

    :arg program: an absolute Windows path, or one of ``INTERNAL_COMMANDS``.
    :arg env: environment variables of the program; later commands in the same line have them too.
    :raises CmdLineError: cmd.exe cannot take an argument, a variable or the length.
    """
    prefix = "".join(_set(name, value) for name, value in (env or {}).items())
    if program.lower() in ("rd", "rmdir") and any(arg.lower().startswith("/s") for arg in args):
        raise CmdLineError(f"{program} /s would delete a whole tree: delete by name")
    words = [_program(program), *(_word(arg, f"argument {number}") for number, arg in enumerate(args, 1))]
    if words[0].startswith('"') and not prefix:
        prefix = "set WSLFLEET=1&"
    return _checked_length(prefix + " ".join(words))


def _checked_length(line: str) -> str:
    """LINE itself. Raises CmdLineError if it is too long for cmd.exe."""
    units = len(line.encode("utf-16-le")) // 2
    if units > MAXIMUM_LENGTH:
        raise CmdLineError(f"the command line has {units} UTF-16 units, cmd.exe takes {MAXIMUM_LENGTH}: {line[:60]}…")
    return line


def _program(path: str) -> str:
    if path.lower() in INTERNAL_COMMANDS:
        return path
    if not re.match(_FULL_PATH, path):
        raise CmdLineError(f"the program {path!r} needs its full path, for example C:\\Windows\\System32\\reg.exe")
    return _word(path, "the program")


def _set(name: str, value: str) -> str:
    if not re.match(_ENVIRONMENT_NAME, name):
        raise CmdLineError(f"the environment variable {name!r} may contain only letters, digits and underscores")
    _refuse_unsayable(value, f"the environment variable {name}")
    if re.search(_NEEDS_QUOTES, value) or not value:
        return f'set "{name}={value}"&'
    return f"set {name}={value}&"


def _word(text: str, where: str) -> str:
    _refuse_unsayable(text, where)
    if text and not re.search(_NEEDS_QUOTES, text):
        return text
    if text.endswith("\\"):
        raise CmdLineError(f"{where} ends with a backslash, which would swallow the closing quote: {text!r}")
    return f'"{text}"'


def _refuse_unsayable(text: str, where: str) -> None:
    for character, name in (("%", "a per cent sign"), ('"', "a double quote")):
        if character in text:
            raise CmdLineError(f"{where} contains {name}, which cmd.exe cannot carry: {text!r}")
    found = re.search(_UNSAYABLE, text)
    if found and (found[0] < " " or found[0] == "\x7f"):
        raise CmdLineError(f"{where} contains the control character {found[0]!r}, which cmd.exe cannot carry")
    if found:
        raise CmdLineError(f"{where} contains {ord(found[0]):#06x}, which is not a character: {text!r}")


EACH_LINE = "@line@"
"""Placeholder for the printed line in the LINES of ``for_each_line``."""


def for_each_line(printed_by: str, *lines: str) -> str:
    """The line that runs LINES once for each line that PRINTED_BY prints, in place of ``EACH_LINE``.

    cmd.exe inserts it after parsing, so no character in it acts. It expands ``%`` before anything else, finds no
    variable of this odd name and does not change it, as with every ``for`` outside batch files. Without ``@`` cmd.exe
    would print the body, and only a bracket ends a body.
    :raises CmdLineError: PRINTED_BY holds quotes.
    """
    if "'" in printed_by or '"' in printed_by:
        raise CmdLineError(f"the command of a loop must not contain quotes: {printed_by}")
    body = "&".join(lines).replace(EACH_LINE, "%n")
    return _checked_length(f"(for /f \"delims=\" %n in ('{printed_by}') do @({body}))")


def while_successful(*lines: str) -> str:
    """The line that runs LINES (each built by ``cmd_line``) until one does not end with exit code 0."""
    return _checked_length(f"({'&&'.join(lines)})")


def first_that_succeeds(*lines: str) -> str:
    """The line that runs LINES (each built by ``cmd_line``) until one ends with exit code 0.

    Each in brackets: ``&``, by which a line may set variables, binds weaker than ``||``.
    """
    return _checked_length(f"({'||'.join(f'({line})' for line in lines)})")


def waited_for(program: str, args: t.Sequence[str]) -> str:
    """The line that starts PROGRAM, which may have a window, with ARGS, waits for it, and ends with its exit code.

    ``start`` succeeds once the program runs, and only ERRORLEVEL gets its code (Wine's test_builtins.cmd, which is run
    on Windows too), while ``cmd /c`` ends with the code of ``start``. So the line ends cmd.exe itself with ERRORLEVEL:
    the caret prevents expansion before anything has run, ``call`` expands it afterwards. If start returns the code of
    the program, as older descriptions say, ERRORLEVEL is the same number.
    """
    return _checked_length(cmd_line("start", ["", "/wait", program, *args]) + EXIT_WITH_CODE)


class BatchError(ValueError):
    """A part is missing in the output; one line that says which."""


class BatchPart(t.NamedTuple):
    """The outcome of one line of a batch, without stderr, which all parts share."""

    exit_code: int
    """0, or 1 for any failure: cmd.exe does not say more."""
    stdout: bytes
    sections: t.Mapping[str, bytes] = types.MappingProxyType({})
    """Output of a loop by line: for each line the loop has to print MARK and the line first."""


def new_mark() -> str:
    """A mark that nobody can guess. Tests replace this function, so that they know the marks."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _place in range(_MARK_LENGTH))


class Batch:
    """Lines that run one after the other in one command, also after a failed one, and their output."""

    def __init__(self, lines: t.Sequence[str]) -> None:
        """LINES: each built by ``cmd_line``. Raises CmdLineError: there are none, or too many for cmd.exe."""
        if not lines:
            raise CmdLineError("a batch needs at least one line")
        self._mark = new_mark()
        self._count = len(lines)
        parts = [f"{line}&&echo {MARK}-{n}-0||echo {MARK}-{n}-1" for n, line in enumerate(lines, 1)]
        self.line = _checked_length("&".join([f"echo {MARK}-begin", *parts]).replace(MARK, self._mark))
        """The line to run."""

    def preamble(self, stdout: bytes) -> bytes:
        """The output before the first marker: an AutoRun command of the host printed it."""
        return stdout.partition(f"{self._mark}-begin".encode())[0]

    def split(self, stdout: bytes, partial: bool = False) -> list[BatchPart]:
        """The parts of STDOUT; with PARTIAL only those that ended, if the batch was cut short.

        A marker may be anywhere in a line: not every program ends its last line (``type``), or does so in UTF-8.
        :raises BatchError: a marker is missing, so the batch was cut short.
        """
        _ignored, found, rest = stdout.partition(f"{self._mark}-begin\r\n".encode())
        if not found:
            raise BatchError("the batch printed nothing of its own: cmd.exe did not run it")
        parts: list[BatchPart] = []
        for number in range(1, self._count + 1):
            body, code, after = self._next(rest, number)
            if code is None and partial:
                return parts
            if code is None:
                raise BatchError(f"part {number} of {self._count} of a batch is missing: it was ended before that")
            parts.append(BatchPart(code, body, self._sections(body)))
            rest = after
        return parts

    def _next(self, rest: bytes, number: int) -> tuple[bytes, int | None, bytes]:
        """REST before the marker of part NUMBER, its exit code (None: there is no marker), REST after it.

        Without a pattern, because every batch would need to compile others.
        """
        ends = {code: rest.find(f"{self._mark}-{number}-{code}\r\n".encode()) for code in (0, 1)}
        found = [(place, code) for code, place in ends.items() if place >= 0]
        if not found:
            return rest, None, b""
        place, code = min(found)
        return rest[:place], code, rest[place:].partition(b"\r\n")[2]

    def _sections(self, body: bytes) -> dict[str, bytes]:
        if f"{self._mark} ".encode() not in body:
            return {}
        _before, *found = re.split(rf"{self._mark} ([^\r\n]*)\r\n".encode(), body)
        return {name.decode("utf-8", "replace"): content for name, content in zip(found[::2], found[1::2])}
