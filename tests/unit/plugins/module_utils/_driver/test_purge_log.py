# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import purge_log


@pytest.mark.parametrize(
    ("log", "locked"),
    [
        ("dpkg: error: dpkg frontend lock was locked by another process with pid 7\n", True),
        ("dpkg: error: dpkg status database is locked by another process\n", True),
        ("dpkg: error: dpkg database lock was locked by another process with pid 7\n", True),
        ("Removing block (1) ...\n", False),
    ],
)
def test_a_lock_that_dpkg_met(log: str, locked: bool) -> None:
    assert purge_log.was_locked(log) == locked
