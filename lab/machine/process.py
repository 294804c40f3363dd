# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated Windows program is given, and how it is found.

A program is a function ``main(process) -> exit code``. It exists on a laptop only while a file stands at its path:
the file holds ``lab-program NAME``, and NAME is looked up in the table that ``@program`` fills. So removing or
adding a file really removes or adds the program, as on Windows.
"""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field

from lab.machine.streams import Pipe

if t.TYPE_CHECKING:
    from lab.machine.machine import Machine
    from lab.machine.state import User

PROGRAM_FILE_PREFIX = b"#!/init\0\nlab-program "
"""By its first line Linux starts ``/init`` for such a file, as binfmt_misc does in WSL for one that begins with MZ
(lab/interop). By the zero in it shells know that it is no script of theirs."""

NOT_MODELLED_EXIT_CODE = 0xE04C4142
"""What a line ends with that asks for something which the lab does not model. Bit 29 of a status is for others than
Microsoft, so that no part of Windows ends like this; the last three bytes read LAB."""
DEFECT_EXIT_CODE = 0xE04C4144
"""What a line ends with that met a fault of the lab itself (lab/machine/defects.py)."""


class NotModelled(Exception):
    """The lab was asked for something that it does not model: fails loudly, never pretends."""


class ByteSink(t.Protocol):
    """Where a program writes: a pipe to the client, a file (redirection) or another program (a cmd.exe pipeline)."""

    def write(self, data: bytes) -> None: ...


@dataclass
class Console:
    """The hidden console of a command, which all its programs share."""

    code_page: int = 65001
    """In which they print. A client of WinRM chooses it; otherwise it is the one that Windows has for consoles."""

    @property
    def encoding(self) -> str:
        """Python's name for it."""
        return "utf-8" if self.code_page == 65001 else f"cp{self.code_page}"

    def bytes_of(self, text: str) -> bytes:
        """TEXT as a program prints it; what the code page lacks becomes a question mark."""
        return text.encode(self.encoding, "surrogatepass" if self.code_page == 65001 else "replace")


@dataclass
class Process:
    """One running program on one laptop."""

    laptop: Machine
    user: User
    path: str
    """Absolute Windows path of the program file."""
    command_line: str
    """The raw command line that CreateProcess got, program name included; wsl.exe parses it itself."""
    env: dict[str, str]
    """Environment; keys upper case, since Windows compares names without case."""
    cwd: str
    """Working directory, a Windows path."""
    stdin: Pipe
    stdout: ByteSink
    stderr: ByteSink
    killed: threading.Event = field(default_factory=threading.Event)
    """Set when the shell, the job or a reboot ends the program; a program that waits must wait on this too."""
    on_kill: list[t.Callable[[], None]] = field(default_factory=list)
    """Called once when the program is ended from outside, e.g. to hang up a Linux process."""
    started: list[str] = field(default_factory=list)
    """Paths of every program started for this WinRS command, for the journal; shared by children."""
    batch_logon: bool = False
    """True inside a scheduled task, False in the network logon of WinRM."""
    console: Console = field(default_factory=Console)
    error_level: int = 0
    """ERRORLEVEL of the cmd.exe that this process was, unsigned; its exit code need not be the same."""


@dataclass
class Command:
    """One command of WinRM or SSH in flight."""

    line: str
    process: Process
    stdout: Pipe
    stderr: Pipe
    stdin: Pipe
    done: threading.Event = field(default_factory=threading.Event)
    exit_code: int | None = None
    quoted: bool = False
    """cmd.exe gets the line in quotes, which it takes off."""

    def kill(self) -> None:
        """End it as the job object of a WinRM shell does: every process of the command dies at once."""
        self.process.killed.set()
        for hook in list(self.process.on_kill):
            hook()
        self.stdin.abandon()
        self.stdout.abandon()
        self.stderr.abandon()


Program = t.Callable[[Process], int]

PROGRAMS: dict[str, Program] = {}


def program(name: str) -> t.Callable[[Program], Program]:
    """Register the function as the simulated program NAME (for example ``reg`` or ``wsl``)."""

    def register(function: Program) -> Program:
        if name in PROGRAMS:
            raise ValueError(f"program {name!r} is registered twice")
        PROGRAMS[name] = function
        return function

    return register
