# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop with nothing but a C: drive, for the tests of lab/linux."""

from __future__ import annotations

import dataclasses
import json
import os
import time
import typing as t
from pathlib import Path

from lab.laptops.laptop import Laptop
from lab.linux import images
from lab.machine.process import Process
from lab.machine.state import User, WindowsState
from lab.machine.streams import Pipe

SMALL = "debian-12-minimal"
ADMIN = User("admin", "S-1-5-21-1-2-3-1001", "secret")


def make_laptop(directory: Path, **settings: t.Any) -> Laptop:
    """A laptop in DIRECTORY; SETTINGS are fields of WindowsState."""
    (directory / "C").mkdir(parents=True)
    state = WindowsState(computer_name="LAPTOP-1", users=[ADMIN], **settings)
    (directory / "laptop.json").write_text(json.dumps(dataclasses.asdict(state)), encoding="utf-8")
    return Laptop(directory, images.default_cache())


def make_process(laptop: Laptop, stdin: bytes = b"", **settings: t.Any) -> Process:
    """wsl.exe as it would be started; what it writes goes to Pipes without a limit that matters here."""
    source = Pipe(limit=len(stdin) + 1)
    source.write(stdin)
    source.close()
    arguments: dict[str, t.Any] = {
        "path": "C:\\Program Files\\WSL\\wsl.exe",
        "command_line": "wsl.exe",
        "env": {"PATH": "C:\\Windows\\System32;C:\\Windows"},
        "cwd": "C:\\",
        "stdin": source,
        "stdout": Pipe(limit=1 << 24),
        "stderr": Pipe(limit=1 << 24),
    }
    return Process(laptop=laptop, user=ADMIN, **{**arguments, **settings})


def written(sink: object) -> bytes:
    """What was written so far to a Pipe made by ``make_process``."""
    assert isinstance(sink, Pipe)
    sink.close()
    return sink.read_all()


def seconds(whole: int) -> str:
    """About WHOLE seconds, as an argument that no other run of the tests on this machine uses."""
    return f"{whole}.{os.getpid()}"


def host_processes_with(marker: str) -> list[int]:
    """The processes of the host whose command line holds MARKER."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if marker.encode() in command:
                found.append(int(entry.name))
    return found


def wait_until(condition: t.Callable[[], bool], limit: float = 60.0) -> None:
    """Until CONDITION holds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def host_mounts_below(directory: Path) -> list[str]:
    """The host's mount points below DIRECTORY."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return [line.split()[1] for line in lines if line.split()[1].startswith(f"{directory}/")]
