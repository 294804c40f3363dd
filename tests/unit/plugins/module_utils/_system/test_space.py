# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space

MIB = 2**20


def test_free_bytes(tmp_path: Path) -> None:
    free = space.free_bytes(str(tmp_path))
    assert 0 < free <= os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
    with pytest.raises(FileNotFoundError):
        space.free_bytes(f"{tmp_path}/missing")


@pytest.mark.parametrize(
    ("needed", "free", "why"),
    [
        (0, 0, ""),
        (100 * MIB, 612 * MIB, ""),
        (
            100 * MIB,
            612 * MIB - 1,
            "not enough space on /var: 100 MiB are needed and 512 MiB must stay, 611 MiB are free",
        ),
    ],
)
def test_shortage(needed: int, free: int, why: str) -> None:
    assert space.shortage(needed, free, "/var") == why
