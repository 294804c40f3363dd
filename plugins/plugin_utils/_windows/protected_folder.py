# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A folder below C:\\Program Files\\wslfleet that only administrators can change.

Only administrators can make anything below C:\\Program Files, so nobody else can have made the folder before or have a
handle to it. It is made new each time: files of an earlier run are deleted by name, never a whole tree, and any other
file stops the work. Only the named users can read it. Users can write only to single files that an administrator has
made before, so no link and no other file can replace them. Groups are given by SID, because their names are localised.
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
"""For a file: changing its content, but not deleting, renaming, or changing permissions."""
DELETE = "(R,D)"
"""For a file: reading and deleting, but not changing it."""

_READ = "(OI)(CI)RX"
_ANY = (0, 1)


def make(runner: CommandRunner, folder: str, files: t.Sequence[str], readers: t.Sequence[str] = ()) -> None:
    """Make FOLDER, directly below ``FOLDER`` of ``_windows.files``, in one WinRS command.

    :arg files: names, with wildcards, of files that an earlier run may have left.
    :arg readers: SIDs of the users who may read its files.
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
    """The lines that delete FILES (names in FOLDER, with wildcards), and FOLDER if it is empty then."""
    deleted = [cmd_line("del", ["/f", "/q", "/a", *(f"{folder}\\{name}" for name in files)])] if files else []
    return [*deleted, cmd_line("rd", [folder])]


def give(path: str, sid: str, right: str) -> str:
    """The line that gives SID the RIGHT to the file PATH (may have wildcards), and administrators all rights."""
    return _only(path, {sid: right}, "F")


def _only(path: str, rights: t.Mapping[str, str], full: str) -> str:
    """The line that gives PATH only these RIGHTS, full ones for administrators, and no inherited ones."""
    everyone = {SYSTEM: full, ADMINISTRATORS: full, **rights}
    grants = [word for sid, right in everyone.items() for word in ("/grant:r", f"*{sid}:{right}")]
    return cmd_line(ICACLS, [path, "/inheritance:r", *grants, "/q"])
