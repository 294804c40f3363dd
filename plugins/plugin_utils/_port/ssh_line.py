# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A command line for OpenSSH for Windows, and how its outcome is read.

sshd runs ``cmd.exe /c "LINE"`` and cmd.exe removes these quotes, so nothing in LINE is escaped. If
HKLM\\SOFTWARE\\OpenSSH sets PowerShell as the default shell, sshd makes one argument of it, ``-c "…"``, and escapes
double quotes by backslashes. So PowerShell gets one command without a double quote, which starts cmd.exe with its own
standard handles (Start-Process with -NoNewWindow passes them on): the bytes do not go through its pipeline.

A client of SSH gets only the last eight bits of an exit code, and uses 255 itself. So the line prints the code at the
end of stderr; if it is missing, the line has not ended. Output before the opening marks comes from sshd, AutoRun, a
profile, or the client. The code page is set as WinRS does it on demand.

Source: w32-doexec.c, misc.c and pwd.c of PowerShell/openssh-portable, session.c of openssh-portable, and the class
StartProcessCommand of PowerShell. That an exit code is the value of ERRORLEVEL after ``||``: see ``_port.cmd_line``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    EXIT_WITH_CODE,
    MAXIMUM_LENGTH,
    CmdLineError,
    new_mark,
)

SHELLS = ("cmd", "powershell")
"""The default shells of OpenSSH that can be used, as ``ansible_shell_type`` names them."""

_UTF8 = ">nul C:\\Windows\\System32\\chcp.com 65001&"
_QUOTES = 2
"""The characters that sshd adds to a line."""
_BATCH = re.compile(r"echo (?P<mark>\w+-begin)&")
_SINGLE_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
"""Each of them ends a literal string of PowerShell, and is doubled inside one."""
_EXIT = re.compile(r"exit -?\d+")
_TAKES_THE_REST = re.compile(r"[\r\n]|\^$|(?:^|[&|(])\s*rem\b", re.IGNORECASE)
"""Characters that would change the meaning of a bracket after them."""
_POWERSHELL = (
    "& {{Wait-Process -InputObject (Start-Process -NoNewWindow -PassThru -FilePath C:\\Windows\\System32\\cmd.exe"
    " -ArgumentList ('{literal}' -replace '{quote}',[char]34))}}"
)
"""A call of a block. If cmd.exe gets it by mistake, the first character is an error, and nothing is run."""


class NotBegun(Exception):
    """The shell that sshd started did not run the line."""


class NotEnded(Exception):
    """The line began and did not end."""


@dataclass(frozen=True)
class SshLine:
    """One line to send, and how its outcome is read."""

    text: str
    """The command for the client of SSH."""
    opening: str
    """The line prints it on stdout first; empty if there is no room for it."""
    mark: str
    """The beginning of the report of the exit code on stderr; empty if there is no room for one."""

    def stdout(self, received: bytes) -> bytes | None:
        """The stdout of the line in what was RECEIVED; None if the line has not begun."""
        if not self.opening:
            return received
        _before, found, rest = received.partition(f"{self.opening}\r\n".encode())
        if not found:
            return None
        # A batch looks for its own mark.
        return rest if self.mark else found + rest

    def begun(self, received: bytes) -> bool:
        """Whether the line has begun, by what was RECEIVED on stdout."""
        return bool(received) and self.stdout(received) is not None

    def stderr(self, received: bytes) -> bytes:
        """The stderr of the line in what was RECEIVED, without the report."""
        if not self.mark:
            return received
        rest = received.partition(f"{self.mark}\r\n".encode())[2]
        before, found, after = rest.rpartition(f"{self.mark}-".encode())
        return before if found else after

    def exit_code(self, status: int, stdout: bytes, stderr: bytes) -> int:
        """The exit code of the line, unsigned; STATUS is the exit code of the client of SSH.

        :raises NotBegun: the default shell is not the expected one.
        :raises NotEnded: its cmd.exe was ended.
        """
        if self.stdout(stdout) is None:
            raise NotBegun
        if not self.mark:
            return status
        # The last one is from cmd.exe, even if a program printed another; ssh may print its own messages after it.
        reports = re.findall(rf"{self.mark}-(-?\d+)\r\n".encode(), stderr)
        if not reports:
            raise NotEnded
        return int(reports[-1]) & 0xFFFFFFFF


def ssh_line(line: str, shell: str = "cmd") -> SshLine:
    """LINE, which cmd.exe is to run, for an sshd whose default shell is SHELL.

    If there is no room for the marks, or LINE cannot be put in brackets, it is sent without them: its exit code has
    eight bits then. Batches, which may be that long, have their own marks.
    :raises CmdLineError: it cannot be written for that shell.
    """
    mark = new_mark()
    marked = f"{_UTF8}echo {mark}&>&2 echo {mark}&{_reporting(line, mark)}"
    if _fits(marked) and _may_stand_in_brackets(line):
        return SshLine(_said_to(shell, marked), mark, mark)
    bare = _UTF8 + line if _fits(_UTF8 + line) else line
    batch = _BATCH.match(line)
    return SshLine(_said_to(shell, bare), batch["mark"] if batch else "", "")


def _reporting(line: str, mark: str) -> str:
    """LINE, followed by a report of its exit code with MARK."""
    report = f">&2 call echo {mark}-%^ERRORLEVEL%"
    if _EXIT.fullmatch(line):
        # It would end the cmd.exe that reports the code.
        line = f'C:\\Windows\\System32\\cmd.exe /d /c "{line}"'
    if line.endswith(EXIT_WITH_CODE):
        return f"{line.removesuffix(EXIT_WITH_CODE)}&{report}"
    return f"({line})&&>&2 echo {mark}-0||{report}"


def _fits(line: str) -> bool:
    return len(line.encode("utf-16-le", "surrogatepass")) // 2 + _QUOTES <= MAXIMUM_LENGTH


def _may_stand_in_brackets(line: str) -> bool:
    depth = 0
    outside = line.split('"')[::2]
    for character in "".join(outside):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0 and line.count('"') % 2 == 0 and not _TAKES_THE_REST.search(line)


def _said_to(shell: str, line: str) -> str:
    if shell == "cmd":
        return line
    quote = next((character for character in "`~" if character not in line), None)
    if quote is None:
        raise CmdLineError(f"the line cannot be said to PowerShell: {line[:60]}…")
    arguments = f'/c "{line}"'.replace('"', quote)
    return _POWERSHELL.format(literal=_SINGLE_QUOTES.sub(r"\1\1", arguments), quote=quote)
