# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Row G20 of the guide: what .wslconfig and the laptop leave to programs."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import memory

MEMINFO = "MemTotal:       16318480 kB\nMemFree:        100 kB\nSwapTotal:       4194304 kB\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MEMINFO, "WSL has 15.6 GiB of memory and 4.0 GiB of swap"),
        (MEMINFO.replace("4194304", "0"), "15.6 GiB of memory and no swap on this laptop"),
        ("MemTotal: 4000000 kB\n", "3.8 GiB of memory and no swap on this laptop"),
        ("", "does not show"),
        ("MemTotal: lots\n", "does not show"),
        (f"MemTotal: {'9' * 400} kB\n", "does not show"),
    ],
)
def test_g20(text: str, words: str) -> None:
    row = memory.row(text)
    assert (row.id, row.row, row.level) == ("memory", "G20", "info")
    assert words in row.seen and row.remedy
