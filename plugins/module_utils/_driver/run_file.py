# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Take out what NVIDIA's .run installer has left."""

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


def stray_changes(paths: t.Sequence[str], when: str, root: str = "") -> t.List[changes.FileChange]:
    """Moves of PATHS into a backup folder of this repair."""
    return [
        changes.FileChange(
            path,
            b"",
            None,
            f"{backups.BACKUP_ROOT}/{when}{path}",
            shown_before="driver file that no package owns" + _link_note(root + path) + "\n",
            shown_after="(moved)\n",
        )
        for path in paths
    ]


def _link_note(path: str) -> str:
    return f", link to {os.readlink(path)}" if os.path.islink(path) else ""


def undo_installer(installed: installer_log.Installed, when: str, root: str = "") -> None:
    """Put back what the .run installer had taken away, and move its folder into the backup of this repair.

    Nothing is overwritten, and no file of another driver comes back.
    """
    for kept, path in installed.old_files:
        if os.path.isfile(root + kept) and _may_return(path, root):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            shutil.copy2(root + kept, root + path)
    for target, path in installed.old_links:
        if _may_return(path, root):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)
    changes.apply(stray_changes([installer_log.FOLDER], when, root), root)


def _may_return(path: str, root: str) -> bool:
    return not os.path.lexists(root + path) and not loader.is_driver_file(path)


def list_wsl_folder(root: str = "") -> None:
    """Write what WSL's init writes at every start."""
    system_files.write_file(root + loader.CONFIGURATION, loader.CONFIGURATION_TEXT)
