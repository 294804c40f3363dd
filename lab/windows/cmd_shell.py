# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one cmd.exe, and what its built-in commands are given."""

from __future__ import annotations

import dataclasses
import random
import typing as t
from dataclasses import dataclass, field

from lab.machine.drive import absolute, require_short
from lab.machine.machine import Machine
from lab.machine.process import ByteSink, NotModelled, Process
from lab.windows import languages
from lab.windows.sinks import Streams

_SPELLING = {
    "COMSPEC": "ComSpec",
    "PATH": "Path",
    "PROGRAMDATA": "ProgramData",
    "PROGRAMFILES": "ProgramFiles",
    "SYSTEMDRIVE": "SystemDrive",
    "SYSTEMROOT": "SystemRoot",
    "WINDIR": "windir",
}


class Ended(Exception):
    """cmd.exe ends here: ``exit``, or it was killed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


RunLine = t.Callable[["Shell", str, Streams], int]


@dataclass
class Shell:
    """One cmd.exe. ``process`` is its process; environment and directory change as its commands run."""

    process: Process
    env: dict[str, str]
    cwd: str
    run_called: RunLine
    """Reads and runs what ``call`` is given."""
    error_level: int = 0
    delayed: bool = False
    """``!NAME!`` is expanded when a command runs."""
    spelling: dict[str, str] = field(default_factory=lambda: dict(_SPELLING))
    """Upper-case name of a variable -> the name as it was written when it was set."""

    @property
    def laptop(self) -> Machine:
        """The laptop that it runs on."""
        return self.process.laptop

    @property
    def signed_error_level(self) -> int:
        """ERRORLEVEL as cmd.exe shows and compares it."""
        return self.error_level if self.error_level < 1 << 31 else self.error_level - (1 << 32)

    def copy(self) -> Shell:
        """A cmd.exe for one side of a pipeline: what it sets is lost with it."""
        return dataclasses.replace(self, env=dict(self.env), spelling=dict(self.spelling))

    def lookup(self, name: str) -> str | None:
        """The value that ``%NAME%`` expands to; the environment comes before the dynamic variables."""
        name = name.upper()
        if name in self.env:
            return self.env[name]
        if name in ("DATE", "TIME"):
            raise NotModelled(f"cmd.exe: %{name}%, which depends on the regional settings")
        dynamic = {
            "CD": self.cwd,
            "CMDCMDLINE": self.process.command_line,
            "CMDEXTVERSION": "2",
            "ERRORLEVEL": str(self.signed_error_level),
            "RANDOM": str(random.randrange(32768)),
        }
        return dynamic.get(name)

    def path(self, name: str) -> str:
        """NAME as an absolute Windows path; raises NotModelled for a share, which WinRM cannot reach anyway."""
        path = absolute(self.cwd, name)
        if path.startswith("\\\\"):
            raise NotModelled(f"cmd.exe: the share {name}")
        require_short(path)
        return path

    def path_not_in_use(self, name: str) -> str:
        """As ``path``, for what is moved or deleted; raises NotModelled for a folder that the shell stands in."""
        path = self.path(name)
        if f"{self.cwd.lower()}\\".startswith(path.lower().rstrip("\\") + "\\"):
            raise NotModelled(f"cmd.exe: moving or deleting the working directory or what is above it: {name}")
        return path

    def text(self, key: str, x: object = "") -> str:
        """A text in the language of the laptop (lab/windows/languages.py)."""
        return languages.text(self.laptop.state.language, key, x)

    def say(self, sink: ByteSink, key: str, x: object = "") -> None:
        """Write the localised text KEY as a line to SINK."""
        self.write(sink, self.text(key, x))

    def write(self, sink: ByteSink, line: str) -> None:
        """Write LINE and a line end, in the code page of the console."""
        sink.write(self.process.console.bytes_of(f"{line}\r\n"))
