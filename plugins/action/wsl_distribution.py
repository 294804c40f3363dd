# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Register, remove, stop or export a WSL distribution."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.wsl_distribution import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _distribution_install as install
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution_plan import (
    DistributionGoal,
    DistributionState,
    check,
    plan,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import distribution_name


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.wsl_distribution``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        self._executable: str | None = (task_vars or {}).get("ansible_wsl_executable")
        return super().run(tmp, task_vars)

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        timeout = arguments.pop("timeout")
        goal = DistributionGoal(**arguments)
        result["name"] = distribution_name(goal.name)
        check(goal)
        if goal.state == "terminated":
            self._terminate(goal.name, result)
            return
        before = self._observe(goal)
        result.update(running=before.running, present=before.found is not None)
        steps = plan(before, goal, assume_wsl=self._task.check_mode)
        if not self.wslfleet_plan(result, steps):
            return
        done: list[str] = []
        result.update(changed=False, steps=done)
        for step in steps:
            install.apply_step(self.wslfleet_runner, step, before.executable, timeout)
            done.append(str(step))
            result["changed"] = True
        after = self._observe(goal)
        result["present"] = after.found is not None
        install.verify(after, goal)

    def _observe(self, goal: DistributionGoal) -> DistributionState:
        target = goal.path if goal.state == "exported" else None
        return install.observe(self.wslfleet_runner, goal.name, self._executable, target)

    def _terminate(self, name: str, result: dict[str, t.Any]) -> None:
        running = install.terminate(self.wslfleet_runner, name, self._executable, really=not self._task.check_mode)
        result["running"] = running
        self.wslfleet_plan(result, [f"stop distribution {name} (wsl.exe --terminate)"] if running else [])
