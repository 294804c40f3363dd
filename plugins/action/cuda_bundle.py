# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules in distributions of other Windows users, by one scheduled task for each user."""

from __future__ import annotations

import typing as t

from ansible.release import __version__ as core_version
from ansible_collections.wslfleet.cuda.plugins.modules.cuda_bundle import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import bundle, bundle_archive
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import bundle_plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates as store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import distribution_name


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.cuda_bundle``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        name = distribution_name(arguments["name"])
        steps = plans.expand(arguments["steps"], arguments["stop_if"])
        document = {
            "name": name,
            "settings": plans.settings(self._task.check_mode, self._task.diff, core_version),
            "steps": steps,
            "stop_if": "" if self._task.check_mode else arguments["stop_if"] or "",
        }
        for step in steps:
            self._add_certificates(step["arguments"])
        packed = bundle_archive.archive(document, sorted({step["module"] for step in steps}))
        goal = bundle.Goal(
            name=name,
            windows_user=tuple(arguments["windows_user"]),
            payload=bundle_archive.stream(packed),
            steps=tuple((step["module"], step["register"]) for step in steps),
            on_battery=arguments["on_battery"],
            timeout=arguments["timeout"],
        )
        result.update(name=name, changed=False)
        with lock.alone(self.wslfleet_runner, goal.timeout):
            self._work(goal, result)
        failures = [f"{row['user']}: {row['msg']}" for row in result["developers"] if row["failed"]]
        if failures:
            raise StepFailed("; ".join(failures))

    def _work(self, goal: bundle.Goal, result: dict[str, t.Any]) -> None:
        seen = bundle.observe(self.wslfleet_runner, goal, self.wslfleet_executable)
        work = bundle.Work(self.wslfleet_runner, goal, seen)
        try:
            work.run()
        finally:
            result.update(plans.as_result([one.user for one in seen.accounts], work.outcomes, bool(self._task.diff)))

    def _add_certificates(self, arguments: dict[str, t.Any]) -> None:
        """What the controller half of distribution_network does: certificates of Windows in PEM form."""
        wanted = arguments.pop("windows_certificates", None)
        if wanted is None:
            return
        found = store.read_pem(self.wslfleet_runner, [wanted] if isinstance(wanted, str) else wanted)
        arguments["certificates"] = [*(arguments.get("certificates") or []), *found]
