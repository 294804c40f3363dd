# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``fsutil volume diskfree C:``: localised, with grouped digits; the first number of each line is in bytes.

``fsutil fsinfo drives``: an empty line, then a localised word and each drive with a backslash (its documentation).
"""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows.languages import grouped
from lab.windows.program_io import arguments_of, err, localised, out

TOTAL_BYTES = 475 * 1024**3


@program("fsutil")
def main(process: Process) -> int:
    """Three lines: free, total, free within the quota."""
    words = [word.lower().rstrip("\\") for word in arguments_of(process)]
    if words == ["fsinfo", "drives"]:
        out(process)
        out(process, localised(process, "fsutil_drives", "C:\\ "))
        return 0
    if words != ["volume", "diskfree", "c:"]:
        raise NotModelled(process.command_line)
    if not process.user.admin:
        err(process, localised(process, "access_denied"))
        return 1
    free = 0 if process.laptop.faults.strike("disk_full") else process.laptop.state.free_bytes
    for key, size in (("fsutil_free", free), ("fsutil_total", TOTAL_BYTES), ("fsutil_quota", free)):
        out(process, localised(process, key, _shown(process.laptop.state.language, size)))
    return 0


def _shown(language: str, size: int) -> str:
    gibibytes = f"{size / 1024**3:.1f}"
    if language in ("de-DE", "fr-FR"):
        gibibytes = gibibytes.replace(".", ",")
    return f"{grouped(language, size)} ({gibibytes} {'Go' if language == 'fr-FR' else 'GB'})"
