# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""wsl.exe from outside: its output, and the constant line that enters Linux.

Facts about wsl.exe (source of microsoft/WSL 2.9.4): its own failures exit with -1 and print on *stdout*; its text is
UTF-16LE without BOM unless ``WSL_UTF8=1``; only the ``Wsl/…/CODE`` path, ``--list --verbose`` and ``--list --quiet``
are not translated; Linux bytes are never re-encoded; Linux exit codes are passed on, except 67 and 87, which become -1.

Into Linux: the command line never changes, so there is nothing to quote, no length limit, no secret in a process log
and one string to allow. Its shell reads one line from stdin, one byte at a time, evaluates it and leaves the rest of
stdin to the command, which runs in its own shell. A command with several lines or with other characters than ASCII is
sent as base64 in that line. At the end the shell reports the exit code on stderr; if the report is missing, the command
did not end. A command ended by a signal has 128 plus the number of the signal, as in every shell.
"""

from __future__ import annotations

import base64
import re
import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError, cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

EXECUTABLE = "C:\\Program Files\\WSL\\wsl.exe"
"""The client of the WSL package. Never the WindowsApps alias; System32's only while WSL is not installed."""

FAILED = 0xFFFFFFFF
"""Exit code of wsl.exe's own failures: -1, unsigned."""

UTF8 = {"WSL_UTF8": "1"}
"""Environment that makes wsl.exe print UTF-8 (since 0.64.0)."""

LINUX_SHELL_SCRIPT = "IFS=;set -f;read -r c;eval $c"

_LONGEST_ARGUMENT = 100_000
"""Most bytes of a command in one argument; the limit of Linux is 131,071 (MAX_ARG_STRLEN)."""

# Texts, not compiled patterns: every task starts a process that loads this file and needs two of them.
_DISTRIBUTION_NAME = r"[A-Za-z0-9._-]{1,256}\Z"
_USER_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,255}\$?\Z"
_CODE_PATH = r"(?m)(?:^|\s)((?:Wsl|WslConfig|Wslg|Bash)(?:/[A-Za-z0-9]+)*/(?:[A-Z][A-Z0-9_]+|0x[0-9a-fA-F]+))\s*$"
_LISTED = r"(?m)^([* ]) (\S+) +(Stopped|Running|Installing|Uninstalling|Converting|Exporting) +([12])[ \r]*$"
_EXIT_REPORT = re.compile(rb"wslfleet-exit-(\d{1,3})\n")


class LinuxNotFinished(Exception):
    """The report of the exit code is missing: wsl.exe failed, or Linux ended during the command."""

    def __init__(self, completed: Completed) -> None:
        super().__init__(decode_text(completed.stdout) or decode_text(completed.stderr))
        self.completed = completed


class ListedDistribution(t.NamedTuple):
    """One row of ``wsl.exe --list --verbose``."""

    name: str
    state: str
    version: int
    default: bool


def decode_text(data: bytes) -> str:
    """The text of DATA as wsl.exe printed it: UTF-8, UTF-16LE, or Linux's UTF-8 followed by UTF-16LE."""
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le", "replace")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    if b"\0" not in data:
        return data.decode("utf-8", "replace")
    start = _start_of_utf16(data)
    return data[:start].decode("utf-8", "replace") + data[start:].decode("utf-16-le", "replace")


def _start_of_utf16(data: bytes) -> int:
    """Where the UTF-16LE part begins: after the last Linux line before the first zero byte.

    In UTF-16LE a line feed is followed by a zero byte, so a line feed without one ends a line of Linux.
    """
    first_zero = data.index(b"\0")
    start = data.rfind(b"\n", 0, max(first_zero - 1, 0)) + 1
    try:
        data[:start].decode("utf-8")
    except UnicodeDecodeError:
        return 0  # a CJK character of UTF-16LE with 0A as its low byte, not a line of Linux
    return start


def error_code(text: str) -> str | None:
    """The last complete ``Wsl/…/CODE`` path in TEXT, in any language; None if there is none."""
    paths = re.findall(_CODE_PATH, text)
    return str(paths[-1]) if paths else None


def list_verbose(text: str) -> list[ListedDistribution]:
    """The rows of ``--list --verbose``; none if nothing is installed (wsl.exe then prints a translated sentence)."""
    return [
        ListedDistribution(name=name, state=state, version=int(version), default=flag == "*")
        for flag, name, state, version in re.findall(_LISTED, text)
    ]


def distribution_name(name: str) -> str:
    """NAME itself; raises CmdLineError if no distribution can have it."""
    if not re.match(_DISTRIBUTION_NAME, name):
        raise CmdLineError(
            f"{name!r} cannot be the name of a distribution: letters, digits, dot, underscore and hyphen only,"
            " at most 256 of them"
        )
    return name


def linux_line(distribution: str, user: str, executable: str = EXECUTABLE) -> str:
    """The line that starts the shell for ``linux_stdin``; raises CmdLineError for an impossible name."""
    if not re.match(_USER_NAME, user):
        raise CmdLineError(f"{user!r} cannot be the name of a Linux user")
    shell = ["/bin/sh", "-c", LINUX_SHELL_SCRIPT]
    return cmd_line(executable, inside(distribution_name(distribution), shell, user), UTF8)


def inside(distribution: str, command: t.Sequence[str], user: str | None = "root") -> list[str]:
    """The arguments of wsl.exe that run COMMAND in DISTRIBUTION, in its folder /. USER None: its default user."""
    return ["-d", distribution, *(["-u", user] if user else []), "--cd", "/", "--exec", *command]


def linux_stdin(command: str) -> bytes:
    """The first line of stdin: COMMAND (text for /bin/sh) and the report of its exit code.

    The command gets its own shell, so everything is as with ``sh -c`` and it may even ``kill -9 $$``. Some shells print
    the whole command line of a killed child, so the output of the outer shell is dropped.
    """
    script = (
        f"unset c;exec 3>&2 2>/dev/null;{_fresh_shell(command)};c=$?;echo wslfleet-exit-$c>&3;"
        "case $c in 67|87)exit 1;;esac;exit $c"
    )
    if not (script.isascii() and script.isprintable()):
        script = f"eval $(echo {_in_base64(script)}|base64 -d)"
    return script.encode() + b"\n"


def _fresh_shell(command: str) -> str:
    """Runs COMMAND in another /bin/sh, whose stderr is 3; one that is too long for an argument is sent by a pipe."""
    if len(command.encode("utf-8", "surrogateescape")) <= _LONGEST_ARGUMENT:
        quoted = command.replace("'", "'\\''")
        return f"/bin/sh -c '{quoted}' 2>&3 3>&-"
    read = "/bin/sh -c 'eval \"exec 5<&-;$(cat <&5)\"' 5<&0 <&4 4<&- 2>&3 3>&-"
    return f"{{ echo {_in_base64(command)}|base64 -d|{read};}} 4<&0"


def _in_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def linux_result(completed: Completed) -> Completed:
    """The outcome of the command itself: its exit code (0 to 255) and its stderr without the report.

    :raises LinuxNotFinished: there is no report.
    """
    reports = list(_EXIT_REPORT.finditer(completed.stderr))
    if not reports:
        raise LinuxNotFinished(completed)
    last = reports[-1]
    stderr = completed.stderr[: last.start()] + completed.stderr[last.end() :]
    return replace(completed, exit_code=int(last.group(1)), stderr=stderr)
