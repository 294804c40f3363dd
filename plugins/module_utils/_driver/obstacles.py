# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What would make a repair impossible, checked before anything is changed."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

MUST_BE_WRITABLE = ("/usr", "/etc", "/var/lib/dpkg", "/var/lib")


SPACE = 32 * 1024 * 1024
"""Bytes for dpkg's own files and for backups: the status file is rewritten several times."""


def obstacles(system: System) -> t.List[str]:
    """Why nothing can be changed, whatever the plan."""
    fixed = [
        f"{path} cannot be written: the file system is read-only (in WSL after damage: dmesg; run wsl --shutdown)"
        for path in MUST_BE_WRITABLE
        if system.isdir(path) and not os.access(system.path(path), os.W_OK)
    ]
    free = space.free_bytes(system, "/var")
    if free < SPACE:
        fixed.append(f"/var has {free // 2**20} MiB left, {SPACE // 2**20} MiB are needed: make room first")
    return fixed
