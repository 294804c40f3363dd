# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Space on the disk: what is free, and whether it is enough."""

from __future__ import annotations

import os

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

RESERVE = 512 * 1024 * 1024
"""Bytes that must stay free."""


def free_bytes(system: System, path: str = "/") -> int:
    """Bytes that root can still write on the file system of PATH."""
    info = os.statvfs(system.path(path))
    return info.f_bfree * info.f_frsize


def check(system: System, needed: int, path: str = "/") -> None:
    """Raise Failure if NEEDED bytes do not fit on the file system of PATH."""
    if not needed:
        return
    free = free_bytes(system, path)
    if needed + RESERVE > free:
        raise Failure(
            f"not enough space on {path}: {needed // 2**20} MiB are needed and {RESERVE // 2**20} MiB must stay, "
            f"{free // 2**20} MiB are free; make room first"
        )
