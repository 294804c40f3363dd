# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the .wslconfig of a Windows user."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import known, settings
from ansible_collections.wslfleet.cuda.plugins.modules.wsl_config import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import LEFT_TO_YOU, is_inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import as_user, wsl_config

SHUTDOWN = "wsl.exe --shutdown"


class ActionModule(WindowsAction):
    """Action plugin ``wslfleet.cuda.wsl_config``."""

    WSLFLEET_DOCUMENTATION = DOCUMENTATION

    def wslfleet_run(self, arguments: dict[str, t.Any], result: dict[str, t.Any]) -> None:
        user, shutdown = arguments["windows_user"], arguments["shutdown"]
        here = shutdown and is_inside(self._connection)
        if user and shutdown:
            raise StepFailed(
                f"shutdown=true ends the distributions of the connecting account, not those of {user}: leave it out and"
                " let that user run wsl.exe --shutdown, or restart the host"
            )
        seen = wsl_config.observe(self.wslfleet_runner, user)
        try:
            plan = settings.plan(seen.text, arguments["settings"], known.WSLCONFIG, seen.host, "\r\n")
        except settings.SettingError as error:
            raise StepFailed(f"{seen.path} was not changed: {error}") from None
        warnings = [*plan.warnings, *([LEFT_TO_YOU.format(SHUTDOWN)] if here and plan.steps else [])]
        if warnings:
            result["warnings"] = warnings
        shutdown = shutdown and not here
        steps = (
            [*plan.steps, f"end all distributions of the account ({SHUTDOWN})"]
            if shutdown and plan.steps
            else plan.steps
        )
        result.update(path=seen.path, needs=SHUTDOWN if plan.steps and not shutdown else "")
        apply = self.wslfleet_plan(result, steps)
        if self._task.diff:
            header = {"before_header": seen.path, "after_header": seen.path}
            result["diff"] = {"before": _shown(plan.before), "after": _shown(plan.after), **header}
        if not apply:
            return
        result["changed"] = False
        with lock.alone(self.wslfleet_runner, as_user.SECONDS):
            wsl_config.write(self.wslfleet_runner, seen, plan.after)
        result["changed"] = True
        if shutdown:
            wsl_config.shut_down(self.wslfleet_runner, seen)


def _shown(text: str) -> str:
    """TEXT with only real characters: a file that is not UTF-8 keeps its bytes, but a report cannot contain them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
