# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import goal as distribution_goal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ({"sha256": "abc"}, "no SHA-256"),
        ({"location": "wsl"}, "must be a full path"),
        ({"default_user": "Dev User"}, "cannot be a Linux user"),
        ({"source": "https://x/y.vhdx?sig=1", "version": 1}, "only be imported as WSL 2"),
        ({"manifest": "C:\\list.json"}, "must be an https or file address"),
        ({"state": "exported"}, "needs path|must be a full path"),
        ({"state": "exported", "path": "x.tar"}, "needs path|must be a full path"),
        ({"state": "exported", "path": "C:\\x.vhdx"}, "contradict"),
        ({"state": "exported", "path": "C:\\x.tar", "format": "vhdx"}, "contradict"),
    ],
)
def test_goals_that_no_host_can_reach(goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        distribution_goal.check(distribution_goal.DistributionGoal("Debian", **goal))
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    "goal",
    [
        {},
        {"manifest": "file:///C:/list.json", "default_user": "dev", "sha256": "0" * 64, "location": "D:\\wsl"},
        {"state": "exported", "path": "C:\\x.vhdx", "format": "vhdx"},
    ],
)
def test_good_goals(goal: dict[str, t.Any]) -> None:
    distribution_goal.check(distribution_goal.DistributionGoal("Debian", **goal))
