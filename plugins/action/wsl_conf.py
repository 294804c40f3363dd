# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.wsl_conf): ends the distribution after a change, where that is asked for."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.modules.wsl_conf import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import (
    checked_arguments,
    failures_in,
    named,
    taken,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import apply as install
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


class ActionModule(ActionBase):
    """Runs the module, then ``wsl.exe --terminate``."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """One task."""
        task_vars = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        connection: t.Any = self._connection
        with failures_in(result):
            terminate = checked_arguments(self, DOCUMENTATION)["terminate"]
            if terminate and getattr(connection, "windows_runner", None) is None:
                raise StepFailed("terminate=true needs the connection wslfleet.cuda.wsl; nothing was changed")
            answer = self._execute_module(module_args=dict(self._task.args), task_vars=task_vars)
            result.update(taken("wsl_conf", answer, complete=False))
            if terminate and result.get("changed") and not self._task.check_mode:
                name, executable = connection.get_option("distribution"), task_vars.get("ansible_wsl_executable")
                install.terminate(connection.windows_runner, name, executable, really=True)
                result["needs"] = ""
        return named(self, result, task_vars)
