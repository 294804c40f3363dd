# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that a service of Windows does for a program: it goes on when the program is ended, until the laptop goes down.

dism.exe and msiexec.exe are clients of TrustedInstaller and of Windows Installer. A lost connection ends the client
with its WinRM shell and not the service. How long the work takes is a fault's matter; without it, no time passes.
"""

from __future__ import annotations

import threading
import typing as t

from lab.machine.machine import Machine
from lab.machine.process import Process

ENDED = 1
"""What a client that was ended leaves behind; nobody is there to see it."""


def work(process: Process, fault: str, task: t.Callable[[], int]) -> int:
    """The result of TASK, done by a service; takes as long as FAULT says (``seconds``)."""
    settings = process.laptop.faults.strike(fault, process.command_line)
    if settings is None:
        return task()
    result = start(process.laptop, float(settings.get("seconds", 1)), task)
    while not result.done.wait(0.05):
        if process.killed.is_set():
            return ENDED
    return result.code


class Result:
    """What comes of a task that a service does."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.code = ENDED


def start(laptop: Machine, seconds: float, task: t.Callable[[], int]) -> Result:
    """Let a service of LAPTOP do TASK after SECONDS, unless the laptop goes down before."""
    result = Result()
    boot = laptop.state.boot_id

    def run() -> None:
        threading.Event().wait(seconds)
        if laptop.state.boot_id == boot:
            result.code = task()
        result.done.set()

    threading.Thread(target=run, name=f"{laptop.name}: service", daemon=True).start()
    return result
