# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.wsl_conf): ends the distribution after a change, where that is asked for."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.modules.wsl_conf import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _distribution_install as install
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._documented_spec import argument_spec
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandTimeout, HostUnreachable


class ActionModule(ActionBase):
    """Runs the module, then ``wsl.exe --terminate``."""

    TRANSFERS_FILES = False
    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """One task."""
        task_vars = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        validate: t.Any = self.validate_argument_spec
        _validation, arguments = validate(argument_spec(DOCUMENTATION))
        connection: t.Any = self._connection
        if arguments["terminate"] and getattr(connection, "windows_runner", None) is None:
            result.update(failed=True, msg="terminate=true needs the connection wslfleet.cuda.wsl; nothing was changed")
            return result
        result.update(self._execute_module(module_args=dict(self._task.args), task_vars=task_vars))
        if arguments["terminate"] and result.get("changed") and not self._task.check_mode:
            self._terminate(connection, task_vars.get("ansible_wsl_executable"), result)
        return result

    @staticmethod
    def _terminate(connection: t.Any, executable: str | None, result: dict[str, t.Any]) -> None:
        name = connection.get_option("distribution")
        try:
            install.terminate(connection.windows_runner, name, executable, really=True)
            result["needs"] = ""
        except HostUnreachable as error:
            result.update(unreachable=True, msg=str(error))
        except (StepFailed, CommandTimeout) as error:
            result.update(failed=True, msg=str(error))
