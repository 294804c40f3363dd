# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space

from tests.unit.plugins.module_utils.scripted_run import system_at

MIB = 2**20


def test_free_bytes(tmp_path: Path) -> None:
    free = space.free_bytes(system_at(tmp_path))
    assert 0 < free <= os.statvfs(tmp_path).f_blocks * os.statvfs(tmp_path).f_frsize
    with pytest.raises(FileNotFoundError):
        space.free_bytes(system_at(tmp_path), "/missing")


@pytest.mark.parametrize(
    ("needed", "free", "why"),
    [
        (0, 0, ""),
        (100 * MIB, 612 * MIB, ""),
        (
            100 * MIB,
            612 * MIB - 1,
            "not enough space on /var: 100 MiB are needed and 512 MiB must stay, 611 MiB are free; make room first",
        ),
    ],
)
def test_check(needed: int, free: int, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "free_bytes", lambda _system, _path: free)
    if why:
        with pytest.raises(Failure, match=f"^{re.escape(why)}$"):
            space.check(system_at(), needed, "/var")
    else:
        space.check(system_at(), needed, "/var")
