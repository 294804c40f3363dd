# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a Windows-side action as a task would, with a scripted runner in the place of the host."""

from __future__ import annotations

import typing as t
from unittest.mock import MagicMock

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction

from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

Script = t.Sequence[t.Tuple[Expected, Answer]]


def run_action(
    action: type[WindowsAction],
    args: dict[str, t.Any],
    script: Script,
    check_mode: bool = False,
    diff: bool = False,
    **task_vars: t.Any,
) -> dict[str, t.Any]:
    """The result of a task with ARGS; AssertionError when the calls are not those of SCRIPT."""
    task = MagicMock(args=args, check_mode=check_mode, diff=diff, async_val=0, environment=[])
    task.action = "test"
    module = action(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    # What the plugin loader does; cores before 2.19 name it in their message on an unknown option.
    t.cast("t.Any", module)._load_name = "test"
    with ScriptedRunner(script) as runner:
        module.wslfleet_runner = runner
        return module.run(task_vars={"inventory_hostname": "laptop-7", **task_vars})
