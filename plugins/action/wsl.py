# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install or update WSL on a Windows host."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.wsl import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import apply, observe
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.features import missing_features
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.plan import WslPlan, plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.state import WslState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.step import InstallMsi, UpdateOnline


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.wsl``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        timeout = arguments.pop("timeout")
        if arguments["msi"]:
            arguments["msi"] = self.wslfleet_local_path(arguments["msi"])
        goal = WslGoal(**arguments)
        goal.check()
        before = observe.observe(self.wslfleet_runner, goal)
        steps = plan(before, goal)
        result.update(version_before=before.version, version=before.version, deferred=steps.deferred)
        warnings = [steps.deferred] if steps.deferred else []
        warnings += [_old_windows(before)] if _goes_round_windows(steps) else []
        if warnings:
            result["warnings"] = warnings
        if self.wslfleet_plan(result, steps.steps):
            self._apply(steps, before, goal, timeout, result)
        else:
            self._tell(before, steps, goal, result)

    def _apply(self, steps: WslPlan, before: WslState, goal: WslGoal, timeout: float, result: dict[str, t.Any]) -> None:
        outcome = apply.Outcome()
        result.update(changed=False, steps=outcome.done)
        with lock.alone(self.wslfleet_runner, timeout) as waited:
            if waited:
                before = observe.observe(self.wslfleet_runner, goal)
                steps = plan(before, goal)
            try:
                after = apply.converge(self.wslfleet_runner, steps, before, goal, timeout, outcome)
                result.update(version=after.version, executable=_executable(after))
            finally:
                result["changed"] = outcome.changed or result["version"] != result["version_before"]
        result.update(reboot_required=bool(outcome.restart_reasons), reboot_reasons=outcome.restart_reasons)

    @staticmethod
    def _tell(before: WslState, steps: WslPlan, goal: WslGoal, result: dict[str, t.Any]) -> None:
        """Report the current state without carrying out STEPS, and in check mode their effect."""
        reasons = []
        if goal.state != "absent":
            features = missing_features(before.build, before.services, goal.method == "inbox")
            reasons = [f"the Windows feature {name} takes effect after a restart" for name in features]
        result.update(
            changed=any(not isinstance(step, UpdateOnline) for step in steps.steps),
            executable=_executable(before),
            reboot_required=bool(reasons),
            reboot_reasons=reasons,
        )


def _executable(host: WslState) -> str | None:
    """The wsl.exe to use: the package's, else that of Windows where its own WSL is in effect."""
    if host.version is not None:
        return host.executable
    return f"{SYSTEM32}\\wsl.exe" if host.inbox else None


def _goes_round_windows(steps: WslPlan) -> bool:
    return any(isinstance(step, InstallMsi) and step.skip_msix for step in steps.steps)


def _old_windows(before: WslState) -> str:
    return (
        f"Windows build {before.build}.{before.ubr} does not lead wsl.exe to the package by itself: people"
        f" on this host call {before.executable}, or Windows is updated"
    )
