# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Space on the disk: what is free, and whether it is enough."""

from __future__ import annotations

import os

RESERVE = 512 * 1024 * 1024
"""Bytes that must stay free."""


def free_bytes(path: str = "/") -> int:
    """Bytes that root can still write on the file system of PATH."""
    info = os.statvfs(path)
    return info.f_bfree * info.f_frsize


def shortage(needed: int, free: int, path: str = "/") -> str:
    """Why NEEDED bytes must not be written at PATH, where FREE are left; empty when they may, or none is needed."""
    if not needed or needed + RESERVE <= free:
        return ""
    return (
        f"not enough space on {path}: {needed // 2**20} MiB are needed and {RESERVE // 2**20} MiB must stay, "
        f"{free // 2**20} MiB are free"
    )
