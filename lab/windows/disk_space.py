# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Room on the C: drive: what the state says, or none at all under the fault ``disk_full``."""

from __future__ import annotations

import errno

from lab.machine.machine import Machine


class DiskFull(OSError):
    """ERROR_DISK_FULL (112)."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "There is not enough space on the disk")


def require(laptop: Machine, size: int) -> None:
    """Raise DiskFull unless SIZE bytes fit on C:."""
    if size > laptop.state.free_bytes or laptop.faults.strike("disk_full"):
        raise DiskFull
