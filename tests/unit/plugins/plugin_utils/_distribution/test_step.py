# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step

LIST = "https://wsl.example.com/DistributionInfo.json"


def test_every_step_says_what_it_does() -> None:
    steps: list[Step] = [
        distribution_step.SetManifest(LIST),
        distribution_step.RemoveUnfinished("Debian"),
        distribution_step.SetDefaultUser("Debian", "dev", True),
        distribution_step.Export("Debian", "C:\\x.tar", "tar"),
    ]
    assert len({str(step) for step in steps}) == len(steps)
