# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``robocopy SOURCE TARGET FILE... /B /R:0 /W:0 [/NP] [/NJH] [/NJS] [/NFL] [/NDL]``: named files of one folder.

Its exit code is a set of bits: 1 files were copied, 8 some could not be copied, 16 nothing was done. Permissions stay
behind, so that a copy has those of its folder. /B passes every permission by, which takes an administrator; /L only
lists what would be copied. Without /R:0 a file that is in use is tried again a million times, every thirty seconds.
Source: robocopy /?.
"""

from __future__ import annotations

import shutil

from lab.machine.process import NotModelled, Process, program
from lab.windows import disk_space
from lab.windows.access import may_write
from lab.windows.hives import is_open
from lab.windows.program_io import arguments_of, out, path_of

COPIED = 1
FAILED = 8
FATAL = 16

_LIST_ONLY = "/l"
_QUIET = {"/np", "/njh", "/njs", "/nfl", "/ndl"}
_NEEDED = {"/b", "/r:0", "/w:0"}


@program("robocopy")
def main(process: Process) -> int:
    """Copy the files that are there."""
    words = arguments_of(process)
    options = {word.lower() for word in words if word.startswith("/")}
    names = [word for word in words if not word.startswith("/")]
    if _NEEDED - options or options - _NEEDED - _QUIET - {_LIST_ONLY} or len(names) < 3:
        raise NotModelled(process.command_line)
    if any(character in '*?\\/<>:"|' for name in names[2:] for character in name):
        raise NotModelled(f"robocopy with wildcards or paths: {process.command_line}")
    drive = process.laptop.drive
    source, target = path_of(process, names[0]), path_of(process, names[1])
    if not process.user.admin:
        out(process, "ERROR : You do not have the Backup and Restore Files user rights.")
        return FATAL
    if not drive.is_dir(source):
        out(process, f"ERROR 2 (0x00000002) Accessing Source Directory {source}\\")
        return FATAL
    if not drive.is_dir(target[:3]):
        out(process, f"ERROR 3 (0x00000003) Creating Destination Directory {target}\\")
        return FATAL
    if not may_write(process.user, target, process.laptop):
        out(process, f"ERROR 5 (0x00000005) Creating Destination Directory {target}\\")
        return FATAL
    if _LIST_ONLY in options:
        found = [path for path in (f"{source}\\{name}" for name in names[2:]) if drive.is_file(path)]
        for path in found:
            size = drive.host_path(path).stat().st_size
            out(process, f"\t    New File  \t\t{size:>10}\t{path.rpartition(chr(92))[2]}")
        return COPIED if found else 0
    drive.host_path(target).mkdir(parents=True, exist_ok=True)
    code = 0
    for name in names[2:]:
        code |= _copy(process, f"{source}\\{name}", f"{target}\\{name}")
    return code


def _copy(process: Process, source: str, target: str) -> int:
    drive = process.laptop.drive
    if not drive.is_file(source):
        return 0
    if is_open(process.laptop, source):
        out(process, f"ERROR 32 (0x00000020) Copying File {source}")
        return FAILED
    disk_space.require(process.laptop, drive.host_path(source).stat().st_size)
    shutil.copyfile(drive.host_path(source), drive.host_path(target))
    return COPIED
