# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install or update WSL on a Windows host."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.modules.wsl import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _wsl_install
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_plan import (
    UpdateOnline,
    WslGoal,
    WslPlan,
    missing_features,
    plan,
)


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.wsl``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        if arguments["method"] == "msi" and not arguments["msi"]:
            raise StepFailed("method=msi needs msi: the address or the controller's path of the MSI package of WSL")
        timeout = arguments.pop("timeout")
        goal = WslGoal(**arguments)
        before = _wsl_install.observe(self.wslfleet_runner, with_processes=goal.state == "latest")
        steps = plan(before.state, goal)
        result.update(version_before=before.wsl.version, version=before.wsl.version, deferred=steps.deferred)
        if steps.deferred:
            result["warnings"] = [steps.deferred]
        if self.wslfleet_plan(result, steps.steps):
            self._apply(steps, before, timeout, result)
        else:
            self._tell(before, steps, result)

    def _apply(self, steps: WslPlan, before: _wsl_install.Observed, timeout: float, result: dict[str, t.Any]) -> None:
        outcome = _wsl_install.Outcome()
        result.update(changed=False, steps=outcome.done)
        try:
            _wsl_install.apply(self.wslfleet_runner, steps, before, timeout, outcome)
            after = _wsl_install.observe(self.wslfleet_runner)
            result.update(version=after.wsl.version, executable=after.wsl.executable)
            _wsl_install.verify(before, after, steps, outcome)
        finally:
            result["changed"] = _changed(outcome, result)
        result.update(reboot_required=bool(outcome.restart_reasons), reboot_reasons=outcome.restart_reasons)

    @staticmethod
    def _tell(before: _wsl_install.Observed, steps: WslPlan, result: dict[str, t.Any]) -> None:
        """Nothing is carried out: tell what is there, and in check mode what would come of STEPS."""
        features = missing_features(before.state.build, before.wsl.services)
        reasons = [f"the Windows feature {name} takes effect after a restart" for name in features]
        result.update(
            changed=any(not isinstance(step, UpdateOnline) for step in steps.steps),
            executable=before.wsl.executable,
            reboot_required=bool(reasons),
            reboot_reasons=reasons,
        )


def _changed(outcome: _wsl_install.Outcome, result: dict[str, t.Any]) -> bool:
    """An update that found nothing newer has changed nothing."""
    real = [text for text in outcome.done if text != str(UpdateOnline())]
    return bool(real) or result["version"] != result["version_before"]
