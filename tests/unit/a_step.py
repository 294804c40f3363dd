# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out one step of a distribution, with the calls that a test expects."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import apply as d
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step

from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

WSL = "C:\\Program Files\\WSL\\wsl.exe"


def run(step: Step, script: list[tuple[Expected, Answer]]) -> ScriptedRunner:
    """Carry out STEP; the calls are those of SCRIPT."""
    with ScriptedRunner(script) as runner:
        d.apply_step(runner, step, WSL, 60)
    return runner


def refused(step: Step, script: list[tuple[Expected, Answer]], message: str) -> None:
    """STEP fails with one line that says MESSAGE."""
    with pytest.raises(StepFailed, match=message) as failure:
        run(step, script)
    assert "\n" not in str(failure.value)
