# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``chcp [65001]``: the code page of the hidden console of a WinRS shell. The lab knows UTF-8 only."""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, localised, out


@program("chcp")
def main(process: Process) -> int:
    """Show the code page."""
    if arguments_of(process) not in ([], ["65001"]):
        raise NotModelled("a code page other than 65001")
    out(process, localised(process, "code_page", 65001))
    return 0
