# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _bundle_plan, _hand_over_plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _schtasks as s
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _user_tasks as u
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._protected_folder import MODIFY, READ

BUNDLE, HAND_OVER = _bundle_plan.Place("Debian"), _hand_over_plan.Place("Debian")


def test_everyone_reads_and_each_writes_to_one_folder() -> None:
    assert BUNDLE.folders(["S-1", "S-2"]) == {
        BUNDLE.folder: {"S-1": READ, "S-2": READ},
        BUNDLE.results("S-1"): {"S-1": MODIFY},
        BUNDLE.results("S-2"): {"S-2": MODIFY},
    }


def test_two_kinds_of_work_in_one_distribution_do_not_meet() -> None:
    assert (BUNDLE.folder, HAND_OVER.folder) == (
        "C:\\ProgramData\\wslfleet\\bundle-Debian",
        "C:\\ProgramData\\wslfleet\\handover-Debian",
    )
    assert (BUNDLE.task("S-1"), HAND_OVER.task("S-1")) == ("wslfleet\\bundle-Debian-S-1", "wslfleet\\Debian-S-1")
    assert BUNDLE.description("S-1") == f"{BUNDLE.folder}\\S-1.xml"


@pytest.mark.parametrize(
    ("result", "on_battery", "reason"),
    [
        (0x80070569, True, u.NO_RIGHT),
        (0x8007052E, True, u.NO_TOKEN),
        (s.REFUSED, True, u.NOT_LOGGED_ON),
        (s.REFUSED, False, u.ON_BATTERY),
        (s.QUEUED, False, u.ON_BATTERY),
        (s.RUNNING, True, None),
        (1, True, None),
    ],
)
def test_why_not(result: int, on_battery: bool, reason: str | None) -> None:
    assert u.why_not(result, on_battery) == reason
    assert reason is None or (_bundle_plan.REASONS[reason] and _hand_over_plan.REASONS[reason])


@pytest.mark.parametrize(
    ("result", "waited", "why"),
    [
        (s.NEVER_RUN, 59, None),
        (s.NEVER_RUN, 60, "has not started; run again"),
        (s.RUNNING, 1000, None),
        (0, 5, None),
        (0, 6, "was ended without a result (last result 0x0); run again"),
        (None, 6, "was ended without a result (it is gone); run again"),
    ],
)
def test_why_nothing(result: int | None, waited: float, why: str | None) -> None:
    assert u.why_nothing(result, waited, start=u.START_SECONDS, patience=5) == why
