# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import wsl_config

from tests.unit.host_answers import BATCH, HostAnswers, fresh, with_features, with_wsl
from tests.unit.plugins.action.windows_action import run_action

READY = with_wsl(with_features(fresh()))
ARGS = {"settings": {"wsl2": {"memory": "4GB"}}, "shutdown": True}


@pytest.mark.parametrize(("inside", "steps", "needs"), [(False, 2, ""), (True, 1, "wsl.exe --shutdown")])
def test_the_end_of_all_distributions(inside: bool, steps: int, needs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From inside it is left to the person, since it would end the run."""
    monkeypatch.setattr(wsl_config, "is_inside", lambda _connection: inside)
    script = [(BATCH, READY), (BATCH, HostAnswers())]
    result = run_action(wsl_config.ActionModule, ARGS, script, check_mode=True)
    assert (len(result["steps"]), result["needs"]) == (steps, needs)
    warnings = [text for text in result.get("warnings", []) if "run it yourself in a terminal of Windows" in text]
    assert len(warnings) == int(inside)
