# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Remove what NVIDIA's .run installer has left."""

from __future__ import annotations

import os
import shutil
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import (
    installer_log,
    loader,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files as system_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def stray_changes(system: System, paths: t.Sequence[str], when: str) -> t.List[changes.FileChange]:
    """Moves of PATHS into a backup folder of this repair."""
    return [
        changes.FileChange(
            path,
            b"",
            None,
            f"{backups.BACKUP_ROOT}/{when}{path}",
            shown_before="driver file that no package owns" + _link_note(system.link(path)) + "\n",
            shown_after="(moved)\n",
        )
        for path in paths
    ]


def _link_note(target: str) -> str:
    return f", link to {target}" if target else ""


def undo_installer(system: System, installed: installer_log.Installed, when: str) -> None:
    """Restore what the .run installer had removed, and move its folder into the backup of this repair.

    Nothing is overwritten, and no file of another driver is restored.
    """
    for kept, path in installed.old_files:
        if system.isfile(kept) and _may_return(system, path):
            os.makedirs(os.path.dirname(system.path(path)), exist_ok=True)
            shutil.copy2(system.path(kept), system.path(path))
    for target, path in installed.old_links:
        if _may_return(system, path):
            os.makedirs(os.path.dirname(system.path(path)), exist_ok=True)
            os.symlink(target, system.path(path))
    changes.apply(system, stray_changes(system, [installer_log.FOLDER], when))


def _may_return(system: System, path: str) -> bool:
    return not system.lexists(path) and not loader.is_driver_file(path)


def list_wsl_folder(system: System) -> None:
    """Write the file that WSL's init writes at every start."""
    system_files.write_file(system.path(loader.CONFIGURATION), loader.CONFIGURATION_TEXT)
