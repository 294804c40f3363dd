# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import goal as wsl_goal

MSI = "https://files.example.com/wsl.2.7.10.0.x64.msi"


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ({"method": "msi"}, "needs msi"),
        ({"method": "online", "version": "2.6.3"}, "drop version"),
        ({"method": "inbox", "msi": MSI}, "do not go with it"),
        ({"method": "inbox", "version": "2.6.3"}, "do not go with it"),
        ({"method": "inbox", "state": "latest"}, "do not go with it"),
        ({"state": "latest", "version": "2.6.3"}, "contradict each other"),
        ({"version": "two"}, "is no version of WSL"),
        ({"version": "2.6"}, "is no version of WSL"),
        ({"version": "2.6.3", "msi": MSI}, "is version 2.7.10.0 by its name"),
    ],
)
def test_options_that_contradict_each_other(goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as failure:
        wsl_goal.WslGoal(**goal).check()
    assert "\n" not in str(failure.value)
