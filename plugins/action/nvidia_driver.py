# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make sure that a Windows host has a new enough NVIDIA driver."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.modules.nvidia_driver import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver import apply, plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock, read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.nvidia_driver``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        goal = plan.DriverGoal(arguments["minimum"], arguments["installer"], arguments["sha256"])
        plan.check_goal(goal)
        state = read.read_host(self.wslfleet_runner, ["nvidia_smi"], clean=not self._task.check_mode)
        version = plan.driver_version(state)
        result.update(changed=False, version_before=version, version=version, reboot_required=False, signer=None)
        steps = plan.plan(state, goal)
        if not self.wslfleet_plan(result, steps):
            return
        result["changed"] = False
        with lock.alone(self.wslfleet_runner, arguments["timeout"]) as waited:
            if waited:
                steps = plan.plan(read.read_host(self.wslfleet_runner, ["nvidia_smi"]), goal)
            if steps:
                self._install(steps[0], goal, arguments["timeout"], result)

    def _install(
        self, step: plan.InstallDriver, goal: plan.DriverGoal, timeout: float, result: dict[str, t.Any]
    ) -> None:
        restart = apply.install(self.wslfleet_runner, step, timeout)
        after = read.read_host(self.wslfleet_runner, ())
        version = plan.driver_version(after)
        result.update(changed=True, version=version, reboot_required=restart)
        result["signer"] = apply.signer(self.wslfleet_runner)
        if result["signer"] is None:
            result["warnings"] = ["Windows did not show who signed the installed driver: check the signature once"]
        elif result["signer"] != apply.MICROSOFT:
            raise StepFailed(
                f"the installed driver is signed by {result['signer']}, not by {apply.MICROSOFT}:"
                " remove it, and check where the installer came from"
            )
        if not restart and (version is None or version_text.numbers(version) < version_text.numbers(goal.minimum)):
            raise StepFailed(
                f"the installer reported success, but the driver is {version or 'not there'} and not {goal.minimum} or"
                " later: check that the installer is for this GPU"
            )
