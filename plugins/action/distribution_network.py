# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controller half of M(wslfleet.cuda.distribution_network): brings the company's authorities over from Windows."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.modules.distribution_network import DOCUMENTATION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import (
    checked_arguments,
    failures_in,
    named,
    taken,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates as store


class ActionModule(ActionBase):
    """Reads the certificates that were asked for, then runs the module."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """One task: one WinRS command where certificates are asked for, and one module run."""
        task_vars = task_vars or {}
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        with failures_in(result):
            checked = checked_arguments(self, DOCUMENTATION)
            arguments = dict(self._task.args)
            if arguments.pop("windows_certificates", None) is not None:
                found = self._from_windows(checked["windows_certificates"])
                arguments["certificates"] = [*(checked["certificates"] or []), *found]
            answer = self._execute_module(module_args=arguments, task_vars=task_vars)
            result.update(taken("distribution_network", answer, complete=False))
        return named(self, result, task_vars)

    def _from_windows(self, wanted: list[str]) -> list[str]:
        """The certificates in PEM form. Raises StepFailed, HostUnreachable, CommandTimeout."""
        runner = getattr(self._connection, "windows_runner", None)
        if wanted and runner is None:
            raise StepFailed("windows_certificates needs the connection wslfleet.cuda.wsl; nothing was changed")
        return store.read_pem(t.cast(t.Any, runner), wanted)
