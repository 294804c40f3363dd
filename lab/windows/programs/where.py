# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``where NAME``: every file that NAME would start, the working directory first."""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows import launch
from lab.windows.program_io import arguments_of, err, localised, out


@program("where")
def main(process: Process) -> int:
    """Print the files; exit code 1 when there is none."""
    names = arguments_of(process)
    if len(names) != 1 or any(character in "/$*?:" for character in names[0]):
        raise NotModelled(f"where {' '.join(names)}")
    folders = [process.cwd, *(folder for folder in process.env.get("PATH", "").split(";") if folder)]
    found: dict[str, None] = {}
    for folder in folders:
        path = launch.resolve(process.laptop, process.env, folder, f"{folder}\\{names[0]}")
        if path:
            found[path] = None
    for path in found:
        out(process, path)
    if not found:
        err(process, localised(process, "where_nothing"))
    return 0 if found else 1
