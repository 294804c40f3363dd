# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop for the tests of the Windows model: made fresh in a temporary directory, driven without WinRM."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from lab.laptops.laptop import Laptop
from lab.machine.state import User, WindowsState
from lab.windows.fresh import make_windows

ADMIN_SID = "S-1-5-21-1004336348-1177238915-682003330-1104"
OTHER_SID = "S-1-5-21-1004336348-1177238915-682003330-1105"
TIMEOUT_SECONDS = 20


@dataclasses.dataclass
class Result:
    """What one WinRS command gave."""

    code: int | None
    out: str
    err: str


def make_laptop(directory: Path, **settings: t.Any) -> Laptop:
    """A fresh laptop with an administrator ``admin`` and a developer ``dev`` who is not logged on."""
    settings.setdefault("users", _users())
    settings.setdefault("gpus", [])
    settings.setdefault("boot_seconds", 0.0)
    make_windows(directory / "pc", WindowsState(**settings))
    return Laptop(directory / "pc", directory / "cache")


def _users() -> list[User]:
    return [
        User("admin", ADMIN_SID, "secret"),
        User("dev", OTHER_SID, "secret", admin=False, hive_loaded=False),
    ]


def run(laptop: Laptop, line: str, stdin: bytes = b"", user: str = "admin", **settings: t.Any) -> Result:
    """Run LINE as WinRM does, feed STDIN and wait for the end."""
    account = laptop.user(user)
    assert account is not None
    command = laptop.start_command(account, line, **settings)
    command.stdin.write(stdin)
    command.stdin.close()
    out, err = command.stdout.read_all(), command.stderr.read_all()
    assert command.done.wait(TIMEOUT_SECONDS), f"{line} did not end"
    return Result(command.exit_code, out.decode("utf-8", "surrogatepass"), err.decode("utf-8", "surrogatepass"))
