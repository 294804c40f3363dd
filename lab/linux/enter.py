# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a running instance from another process, and opens a shell in it for a person who wants to look inside."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from lab.linux.processes import start_time

_FILE = "instance.json"


def remember(disk: Path, pid: int, name: str) -> None:
    """Write down which process is the instance of the disk in the folder DISK; NAME is the distribution's."""
    record = {"pid": pid, "start_time": start_time(pid), "name": name}
    (disk / _FILE).write_text(json.dumps(record), encoding="utf-8")


def forget(disk: Path, pid: int) -> None:
    """The instance PID has ended; a later one stays remembered."""
    file = disk / _FILE
    if _read(file).get("pid") == pid:
        file.unlink(missing_ok=True)


def first_process(disk: Path) -> int | None:
    """The first process of the instance of the disk in the folder DISK, seen from the host; None when none runs."""
    record = _read(disk / _FILE)
    pid = record.get("pid")
    if not isinstance(pid, int) or start_time(pid) != record.get("start_time"):
        return None
    return pid


def shell(disk: Path) -> int:
    """An interactive root shell in the running instance of the disk in the folder DISK; its exit status.

    Raises ProcessLookupError when the instance does not run.
    """
    pid = first_process(disk)
    if pid is None:
        raise ProcessLookupError(f"{disk}: no instance runs; start it first")
    name = str(_read(disk / _FILE).get("name", ""))
    environment = {
        "HOME": "/root",
        "USER": "root",
        "LOGNAME": "root",
        "LANG": "C.UTF-8",
        "TERM": os.environ.get("TERM", "xterm-256color"),
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/wsl/lib",
        "WSL_DISTRO_NAME": name,
    }
    command = ["nsenter", f"--target={pid}", "--mount", "--uts", "--ipc", "--pid", "--root", "--"]
    shells = "cd / && cd; if [ -x /bin/bash ]; then exec /bin/bash -l; else exec /bin/sh -l; fi"
    return subprocess.run([*command, "/bin/sh", "-c", shells], env=environment).returncode


def _read(file: Path) -> dict[str, object]:
    try:
        record: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return record
