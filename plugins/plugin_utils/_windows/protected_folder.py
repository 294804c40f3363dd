# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A folder below C:\\Program Files\\wslfleet that only administrators can change.

Below C:\\Program Files only administrators make anything, so nobody can have made the folder before or hold a handle to
it. It is made anew each time: what an earlier run has left is deleted by its name, never a whole tree, and anything
else in it stops the work. Who is named may read it; all others are cut off. A user's right to write is one on single
files that an administrator has made before, so that no link and no other file can take their place. Groups are named by
SID: their names are localised.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32, read

SYSTEM = "S-1-5-18"
ADMINISTRATORS = "S-1-5-32-544"
ICACLS = f"{SYSTEM32}\\icacls.exe"

WRITE = "(R,W)"
"""For a file: what its content is. Not deleting, renaming, or changing who may what."""
DELETE = "(R,D)"
"""For a file: reading and deleting it, not changing it."""

_READ = "(OI)(CI)RX"
_ANY = (0, 1)


def make(runner: CommandRunner, folder: str, files: t.Sequence[str], readers: t.Sequence[str] = ()) -> None:
    """Make FOLDER, right below ``FOLDER`` of ``_windows.files``, in one WinRS command.

    :arg files: names that an earlier run may have left there, with wildcards.
    :arg readers: SIDs of the users who may read what will lie there.
    :raises StepFailed: it could not be made or protected.
    """
    lines: list[tuple[str, tuple[int, ...]]] = [
        (cmd_line("md", [FOLDER]), _ANY),
        *((line, _ANY) for line in removal(folder, files)),
        (cmd_line("md", [folder]), (0,)),
        (_only(folder, dict.fromkeys(readers, _READ), "(OI)(CI)F"), (0,)),
    ]
    reads = read(runner, {line: line for line, _codes in lines}, what=f"making {folder} on the host")
    for line, codes in lines:
        if reads.parts[line].exit_code not in codes:
            raise StepFailed(
                f"{folder} on the host cannot be made and protected, this failed: {line}; end the programs"
                " that have it open, remove files that others put there, and run again"
            )


def removal(folder: str, files: t.Sequence[str]) -> list[str]:
    """The lines that delete FILES (names in FOLDER, with wildcards) and FOLDER when nothing else is in it."""
    deleted = [cmd_line("del", ["/f", "/q", "/a", *(f"{folder}\\{name}" for name in files)])] if files else []
    return [*deleted, cmd_line("rd", [folder])]


def give(path: str, sid: str, right: str) -> str:
    """The line that gives SID the RIGHT to the file PATH (wildcards in its name), and to administrators all."""
    return _only(path, {sid: right}, "F")


def _only(path: str, rights: t.Mapping[str, str], full: str) -> str:
    """The line that leaves on PATH these RIGHTS, FULL ones for administrators, and nothing inherited."""
    everyone = {SYSTEM: full, ADMINISTRATORS: full, **rights}
    grants = [word for sid, right in everyone.items() for word in ("/grant:r", f"*{sid}:{right}")]
    return cmd_line(ICACLS, [path, "/inheritance:r", *grants, "/q"])
