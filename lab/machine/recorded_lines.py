# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects what the laptops of all labs had their cmd.exe run, for those who compare it with another cmd.exe.

The file that $WSLFLEET_LAB_LINES names gets one JSON string a command line: those of WinRS commands and of scheduled
tasks. What cmd.exe starts again by itself is part of them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

VARIABLE = "WSLFLEET_LAB_LINES"


def record(command_line: str) -> None:
    """Add COMMAND_LINE, cmd.exe included, if somebody collects them. One write each, so that processes may share it."""
    if name := os.environ.get(VARIABLE):
        with Path(name).open("ab", buffering=0) as file:
            file.write(json.dumps(command_line).encode() + b"\n")
