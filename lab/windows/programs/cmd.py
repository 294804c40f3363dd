# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``cmd.exe`` started by another program or another cmd.exe: ``cmd [/d] [/s] [/q] /c LINE``."""

from __future__ import annotations

import re

from lab.machine.process import NotModelled, Process, program
from lab.windows import arguments, cmd
from lab.windows.program_io import err, localised

_SWITCH = re.compile(r"/([a-z]:?[a-z]*)", re.IGNORECASE)


@program("cmd")
def main(process: Process) -> int:
    """Everything behind ``/c`` is the line, untouched."""
    if process.cwd.startswith("\\\\"):
        err(process, localised(process, "unc_folder", process.cwd))
        process.cwd = "C:\\Windows"
    rest = arguments.remainder(process.command_line)
    switches: set[str] = set()
    while True:
        match = _SWITCH.match(rest)
        if match is None:
            raise NotModelled(f"an interactive cmd.exe: {process.command_line}")
        switch = match.group(1).lower()
        if switch.startswith("c"):  # /cLINE needs no blank
            return cmd.run_inner(
                process, rest[2:], autorun="d" not in switches, always_strip="s" in switches, delayed="v:on" in switches
            )
        if switch not in ("d", "s", "q", "e:on", "v:on", "v:off"):
            raise NotModelled(f"cmd.exe /{switch}")
        switches.add(switch)
        rest = rest[match.end() :].lstrip()
