# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``hostname``"""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, out


@program("hostname")
def main(process: Process) -> int:
    """Print the name of the computer."""
    if arguments_of(process):
        raise NotModelled("hostname with arguments")
    out(process, process.laptop.state.computer_name)
    return 0
