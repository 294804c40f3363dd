# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells a process from a stranger that got the same number later."""

from __future__ import annotations

from pathlib import Path


def start_time(pid: int) -> str | None:
    """The start time of process PID in clock ticks since boot (proc(5), stat field 22); None when it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]
