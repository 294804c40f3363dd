# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``chcp [65001]``: shows the code page of the console, or makes it UTF-8."""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, localised, out


@program("chcp")
def main(process: Process) -> int:
    """What it prints is in the code page that it has set."""
    if arguments_of(process) not in ([], ["65001"]):
        raise NotModelled("setting a code page other than 65001")
    if arguments_of(process):
        process.console.code_page = 65001
    out(process, localised(process, "code_page", process.console.code_page))
    return 0
