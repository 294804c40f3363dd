# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs lines in the lab's model of cmd.exe, with a stand-in for every program."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.process import PROGRAM_FILE_PREFIX, NotModelled, Process, program
from lab.machine.state import User
from lab.windows import arguments, fresh, launch
from lab.windows.programs import cmd
from lab.windows.sinks import filled_pipe
from scripts.gates.second_judge.answers import SECOND_LINE, Answer, Start, variables_set
from scripts.gates.second_judge.ground import HOME, USER, Ground, changes
from scripts.gates.second_judge.scenes import SCENES, Named, Scene

STAND_IN = "second-judge"
CMD = "C:\\Windows\\System32\\cmd.exe"


@dataclass
class _Run:
    """The line that runs now."""

    scene: Scene = SCENES[0]
    environment: dict[str, str] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)


_now = _Run()
_lock = threading.Lock()


@program(STAND_IN)
def stand_in(process: Process) -> int:
    """What stand_in.c does."""
    start = Start(
        process.path,
        process.command_line,
        tuple(arguments.split(process.command_line)[1:]),
        process.cwd,
        process.stdin.read_all(),
        variables_set(process.env, _now.environment),
    )
    with _lock:
        _now.starts.append(start)
    name = process.path.rpartition("\\")[2]
    process.stdout.write(f"{name} says\r\n{SECOND_LINE}\r\n".encode())
    process.stderr.write(f"{name} warns\r\n".encode())
    return _now.scene.exit_code(start.words)


class LabJudge:
    """One laptop of the lab in FOLDER, which is made."""

    def __init__(self, folder: Path) -> None:
        state = profiles.windows_state("laptop", "en-US")
        state.users = [User(USER, "S-1-5-21-1-2-3-1001", "")]
        fresh.make_windows(folder / "laptop", state)
        self._laptop = Laptop(folder / "laptop", folder / "cache")
        self._user = self._laptop.state.users[0]
        drive = self._laptop.drive
        for path in drive.host_path("C:\\Windows").rglob("*"):
            if path.is_file() and path.name.lower() != "cmd.exe":
                path.unlink()
        self._ground = Ground(drive.root, lambda path: _write_stand_in(path))
        self.environment = self._laptop.environment(self._user)
        _now.environment = self.environment

    def answer(self, command_line: str, scene: Scene, names: Named) -> tuple[Answer, int]:
        """What becomes of COMMAND_LINE in SCENE, and ERRORLEVEL behind it, which need not be the exit code."""
        self._ground.lay_out(scene, names)
        before = self._ground.seen()
        _now.scene, _now.starts = scene, []
        stdout, stderr = _Text(), _Text()
        shell = Process(
            laptop=self._laptop,
            user=self._user,
            path=CMD,
            command_line=command_line,
            env=dict(self.environment),
            cwd=HOME,
            stdin=filled_pipe(b""),
            stdout=stdout,
            stderr=stderr,
        )
        try:
            code = cmd.main(shell) & 0xFFFFFFFF
        except NotModelled as error:
            code = launch.report(shell, stderr, error)
        done = changes(before, self._ground.seen())
        return Answer(code, tuple(_now.starts), stdout.data, stderr.data, done), shell.error_level


def _write_stand_in(path: Path) -> None:
    path.write_bytes(PROGRAM_FILE_PREFIX + STAND_IN.encode() + b"\n")


class _Text:
    """A sink that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        """Keep DATA."""
        self.data += data
