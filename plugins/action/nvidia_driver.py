# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make sure that a Windows host has a new enough NVIDIA driver."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.nvidia_driver import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _driver_install, _driver_plan, _host_lock, _host_read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._nvidia import version_key


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.nvidia_driver``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        goal = _driver_plan.DriverGoal(arguments["minimum"], arguments["installer"], arguments["sha256"])
        _driver_plan.check_goal(goal)
        state = _host_read.read_host(self.wslfleet_runner, ["nvidia_smi"], clean=not self._task.check_mode)
        version = _driver_plan.driver_version(state)
        result.update(changed=False, version_before=version, version=version, reboot_required=False, signer=None)
        steps = _driver_plan.plan(state, goal)
        if not self.wslfleet_plan(result, steps):
            return
        result["changed"] = False
        with _host_lock.alone(self.wslfleet_runner, arguments["timeout"]) as waited:
            if waited:
                steps = _driver_plan.plan(_host_read.read_host(self.wslfleet_runner, ["nvidia_smi"]), goal)
            if steps:
                self._install(steps[0], goal, arguments["timeout"], result)

    def _install(
        self, step: _driver_plan.InstallDriver, goal: _driver_plan.DriverGoal, timeout: float, result: dict[str, t.Any]
    ) -> None:
        restart = _driver_install.install(self.wslfleet_runner, step, timeout)
        after = _host_read.read_host(self.wslfleet_runner, ())
        version = _driver_plan.driver_version(after)
        result.update(changed=True, version=version, reboot_required=restart)
        result["signer"] = _driver_install.signer(self.wslfleet_runner)
        if result["signer"] is None:
            result["warnings"] = ["Windows did not tell who signed the driver that was installed: look at it once"]
        elif result["signer"] != _driver_install.MICROSOFT:
            raise StepFailed(
                f"the driver that was installed is signed by {result['signer']}, not by {_driver_install.MICROSOFT}:"
                " remove it, and look where the installer came from"
            )
        if not restart and (version is None or version_key(version) < version_key(goal.minimum)):
            raise StepFailed(
                f"the installer reported success, but the driver is {version or 'not there'} and not {goal.minimum} or"
                " later: check that the installer is for this GPU"
            )
