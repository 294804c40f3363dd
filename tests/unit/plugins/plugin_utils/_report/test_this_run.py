# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run that goes on is known from its beginning to its end."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder


def test_a_run_begins_and_ends() -> None:
    run = this_run.ThisRun(Recorder(Run("r", "audit", "2026-11-28T14:00:00Z", "0.2.0")))
    this_run.begin(run)
    assert this_run.current() is run
    this_run.end()
    assert this_run.current() is None


def test_a_rollout_tells_of_laptops_that_nothing_was_asked_of_too() -> None:
    run = this_run.ThisRun(Recorder(Run("r", "rollout", "2026-11-28T14:00:00Z", "0.2.0")))
    run.recorder.begin("a", [])
    assert run.outcomes() == {"a": "not looked at"}

    class Plan:
        def outcomes(self, told: t.Mapping[str, str]) -> dict[str, str]:
            return {**told, "b": "not begun"}

    run.plan = Plan()
    assert run.outcomes() == {"a": "not looked at", "b": "not begun"}
