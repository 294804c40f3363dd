# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every verdict of level info means for the report of the fleet is decided, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import GOOD_TO_KNOW, NOT_OF_THIS_LAPTOP

from scripts.docs import verdicts

ROOT = Path(__file__).resolve().parents[3]
NOT_TOLD = frozenset(
    {
        "battery",
        "bitlocker_pin",
        "compile",
        "compute_capability",
        "free_space",
        "not_looked_at",
        "sleep",
        "virtualization",
        "wireless",
        "wsl_kernel",
    }
)
"""What is told at level info since it could not be read, was not asked, or was not tried."""


def test_every_check_of_level_info_is_known_or_could_not_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    told = verdicts.told()
    decided = {name for name, one in told.items() if "info" in one.levels and one.row not in NOT_OF_THIS_LAPTOP}
    assert decided == (GOOD_TO_KNOW | NOT_TOLD) - {"not_looked_at"}
    assert not GOOD_TO_KNOW & NOT_TOLD
