# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a download comes: at once, or within the time that the fault ``download_is_slow`` names."""

from __future__ import annotations

from lab.machine.machine import Machine

BLOCK = 1 << 16
_PARTS = 60
_SECONDS = 6.0


class Pace:
    """Of one download from URL with SIZE bytes, 0 where the server does not say."""

    def __init__(self, laptop: Machine, url: str, size: int, block: int = BLOCK) -> None:
        """BLOCK: bytes to read at once where nothing is slow."""
        fault = laptop.faults.strike("download_is_slow", url)
        slow = float(fault.get("seconds", _SECONDS)) if fault else 0.0
        self.block = max(min(block, (size or block) // _PARTS), 1) if fault else block
        """Bytes to read at once."""
        self._seconds_a_byte = slow / (size or block)

    def seconds(self, size: int) -> float:
        """To wait after SIZE bytes."""
        return size * self._seconds_a_byte
