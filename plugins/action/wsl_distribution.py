# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Register, remove, stop or export a WSL distribution."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.wsl_distribution import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import apply as install
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal, check
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import DistributionState, plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import distribution_name


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.wsl_distribution``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        timeout = arguments.pop("timeout")
        goal = DistributionGoal(**arguments)
        result["name"] = distribution_name(goal.name)
        check(goal)
        if goal.windows_user:
            self._hand_over(goal, timeout, result)
            return
        if goal.state == "terminated":
            self._terminate(goal.name, result)
            return
        before = self._observe(goal)
        result.update(running=before.running, present=before.found is not None)
        steps = plan(before, goal, assume_wsl=self._task.check_mode)
        if not self.wslfleet_plan(result, steps):
            return
        with lock.alone(self.wslfleet_runner, timeout):
            self._apply(goal, timeout, result)

    def _apply(self, goal: DistributionGoal, timeout: float, result: dict[str, t.Any]) -> None:
        """Plan again from the current state, now that no other run works on the host, and carry that out."""
        before = self._observe(goal)
        steps = plan(before, goal)
        done: list[str] = []
        result.update(changed=False, steps=done)
        for step in steps:
            install.apply_step(self.wslfleet_runner, step, before.executable, timeout)
            done.append(str(step))
            result["changed"] = True
        after = self._observe(goal) if steps else before
        result["present"] = after.found is not None
        install.verify(after, goal)

    def _hand_over(self, goal: DistributionGoal, timeout: float, result: dict[str, t.Any]) -> None:
        """Other users' distributions."""
        plans.check(goal)
        answers: dict[str, t.Any] = {}

        def look() -> hand_over.State:
            seen = hand_over.observe(self.wslfleet_runner, goal, self.wslfleet_executable)
            return hand_over.ask(self.wslfleet_runner, seen, goal, answers)

        seen = look()
        steps = hand_over.planned(seen, goal, assume=self._task.check_mode)
        result["image_needed"] = steps.bring_image
        outcome = hand_over.Outcome.before(steps)
        if self.wslfleet_plan(result, steps.texts()):
            result.update(changed=False)
            with lock.alone(self.wslfleet_runner, timeout):
                seen = look()
                steps = hand_over.planned(seen, goal)
                outcome = hand_over.Outcome.before(steps)
                result.update(steps=outcome.done)
                try:
                    hand_over.apply(self.wslfleet_runner, seen, goal, steps, timeout, outcome)
                finally:
                    result["changed"] = bool(outcome.done) or steps.clean
            after = hand_over.observe(self.wslfleet_runner, goal, self.wslfleet_executable)
            seen = hand_over.verify(hand_over.remember(after, answers), goal, outcome)
        result["hand_over"] = hand_over.as_result(seen.developers, outcome.waiting)
        result.update(status=plans.status(result["hand_over"]), reason=plans.reason(result["hand_over"]))
        result["present"] = all(row["present"] for row in result["hand_over"])
        result["running"] = False

    def _observe(self, goal: DistributionGoal) -> DistributionState:
        target = goal.path if goal.state == "exported" else None
        return install.observe(self.wslfleet_runner, goal.name, self.wslfleet_executable, target)

    def _terminate(self, name: str, result: dict[str, t.Any]) -> None:
        really = not self._task.check_mode
        running = install.terminate(self.wslfleet_runner, name, self.wslfleet_executable, really=really)
        result["running"] = running
        self.wslfleet_plan(result, [f"stop distribution {name} (wsl.exe --terminate)"] if running else [])
