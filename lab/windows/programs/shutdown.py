# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``shutdown /r|/s [/f] [/t SECONDS] [/c "text"] [/d REASON]`` and ``shutdown /a``. A delay above 0 implies ``/f``."""

from __future__ import annotations

import re

from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, err, localised

ACCESS_DENIED = 5
NOTHING_TO_ABORT = 1116
ALREADY_SCHEDULED = 1190
DEFAULT_DELAY_SECONDS = 30.0
LONGEST_DELAY_SECONDS = 315_360_000
LONGEST_COMMENT = 512


@program("shutdown")
def main(process: Process) -> int:
    """Schedule or abort; exit codes are Windows' error numbers."""
    words = arguments_of(process)
    delay, action = DEFAULT_DELAY_SECONDS, ""
    while words:
        option = words.pop(0).lower().replace("-", "/", 1)
        if option in ("/r", "/s", "/a") and not action:
            action = option
        elif option == "/t" and words:
            delay = _seconds(words.pop(0))
        elif (option == "/c" and words and len(words[0]) <= LONGEST_COMMENT) or (option == "/d" and words):
            words.pop(0)
        elif option != "/f":
            raise NotModelled(f"shutdown {option}: {process.command_line}")
    if not action:
        raise NotModelled(process.command_line)
    if not process.user.admin:
        err(process, f"{localised(process, 'access_denied')}({ACCESS_DENIED})")
        return ACCESS_DENIED
    return _act(process, action, delay)


def _seconds(word: str) -> float:
    if not re.fullmatch("[0-9]+", word) or int(word) > LONGEST_DELAY_SECONDS:
        raise NotModelled(f"shutdown /t {word}")
    return float(word)


def _act(process: Process, action: str, delay: float) -> int:
    if action == "/a":
        if process.laptop.abort_reboot():
            return 0
        err(process, localised(process, "shutdown_nothing"))
        return NOTHING_TO_ABORT
    if process.laptop.schedule_reboot(delay, restart=action == "/r"):
        return 0
    err(process, localised(process, "shutdown_scheduled"))
    return ALREADY_SCHEDULED
