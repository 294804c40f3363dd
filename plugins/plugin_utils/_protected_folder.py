# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A folder below C:\\ProgramData\\wslfleet that only administrators can change.

Below C:\\ProgramData every user may make folders, and owns what they made. So ownership is taken and inheritance cut
before anything is put there, and what was there before is deleted. Groups are named by SID: their names are localised.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import Batch, BatchError, cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32

SYSTEM = "S-1-5-18"
ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
ICACLS = f"{SYSTEM32}\\icacls.exe"

READ = "(OI)(CI)RX"
FULL = "(OI)(CI)F"
MODIFY = "(OI)(CI)M"


_ANY = (0, 1)


def make(runner: CommandRunner, folders: t.Mapping[str, t.Mapping[str, str]]) -> None:
    """Make FOLDERS (path -> SID -> rights) empty, in one WinRS command, FOLDER itself first.

    Administrators and the system always have full rights. Nothing is left of what was there.
    :raises StepFailed: a folder could not be made or protected.
    """
    lines = [*_top(), *(line for path, rights in folders.items() for line in _fresh(path, rights))]
    try:
        batch = Batch([line for line, _codes in lines])
        parts = batch.split(runner.run(batch.line, timeout=120).stdout)
    except BatchError as error:
        raise StepFailed(f"protecting {FOLDER} on the host failed: {error}") from None
    for (line, codes), part in zip(lines, parts):
        if part.exit_code not in codes:
            raise StepFailed(
                f"{FOLDER} on the host cannot be protected, this failed: {line};"
                " look at the folder as an administrator, delete it and run again"
            )


def _top() -> list[tuple[str, tuple[int, ...]]]:
    """Protect FOLDER, which may be there already, made by anybody: a link to elsewhere is refused (dir finds one).

    Lines and the exit codes that they may have.
    """
    return [
        (cmd_line("dir", ["/b", "/al", f"{FOLDER}*"]), (1,)),
        (cmd_line("md", [FOLDER]), _ANY),
        (cmd_line(ICACLS, [FOLDER, "/setowner", f"*{ADMINISTRATORS}", "/q"]), (0,)),
        (cmd_line(ICACLS, [FOLDER, "/reset", "/q"]), (0,)),
        (_grant(FOLDER, {USERS: READ}), (0,)),
    ]


def _fresh(path: str, rights: t.Mapping[str, str]) -> list[tuple[str, tuple[int, ...]]]:
    return [
        (cmd_line("rd", ["/s", "/q", path]), _ANY),
        (cmd_line("md", [path]), (0,)),
        (_grant(path, rights), (0,)),
    ]


def _grant(path: str, rights: t.Mapping[str, str]) -> str:
    """The line that leaves on PATH these RIGHTS and nothing inherited."""
    everyone = {SYSTEM: FULL, ADMINISTRATORS: FULL, **rights}
    grants = [word for sid, right in everyone.items() for word in ("/grant:r", f"*{sid}:{right}")]
    return cmd_line(ICACLS, [path, "/inheritance:r", *grants, "/q"])
