# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``conhost.exe --headless PROGRAM arguments``: a console without a window, as tasks in a user's session use it."""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows import arguments, launch

_HEADLESS = "--headless "


@program("conhost")
def main(process: Process) -> int:
    """Run the rest of the line; its exit code."""
    rest = arguments.remainder(process.command_line)
    if not rest.startswith(_HEADLESS):
        raise NotModelled(process.command_line)
    line = rest[len(_HEADLESS) :].lstrip()
    name = line[1:].partition('"')[0] if line.startswith('"') else line.partition(" ")[0]
    return launch.run_program(process, name, line)
