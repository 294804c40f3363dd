# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The ways of a task into a distribution: over the Windows connection of its host, or over a connection to Linux."""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.roads import distribution_here, road_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import later_wsl_line


def distribution_of(action: ActionBase, task_vars: t.Mapping[str, t.Any]) -> str:
    """The distribution in the variables of ACTION's host. Raises StepFailed if they name none."""
    name = named_distribution(action, task_vars)
    if name:
        return name
    raise StepFailed(
        f"{task_vars.get('inventory_hostname')}: no distribution is named: set windows_host_distribution, or"
        " ansible_wsl_distribution"
    )


def named_distribution(action: ActionBase, task_vars: t.Mapping[str, t.Any]) -> str:
    """The distribution in the variables of ACTION's host; empty if they name none."""
    templar: t.Any = action._templar
    for name in ("ansible_wsl_distribution", "windows_host_distribution"):
        found = templar.template(task_vars.get(name, ""))
        if found:
            return str(found)
    return ""


def is_another(name: str) -> bool:
    """Whether the distribution NAME is not the one in which Ansible runs."""
    return bool(name) and name.lower() != distribution_here().lower()


def require_root(action: ActionBase, host: str) -> None:
    """Raise StepFailed unless ACTION runs as root in the distribution of Ansible itself."""
    connection: t.Any = action._connection
    become = connection.become
    if os.geteuid() != 0 and (become is None or become.get_option("become_user") not in (None, "root")):
        raise StepFailed(
            f"{host}: work in distribution {distribution_entered(connection)} needs root: add --become, and"
            " --ask-become-pass if sudo asks for a password; nothing was changed"
        )


def distribution_entered(connection: t.Any) -> str:
    """The distribution in which CONNECTION, one to Linux, runs modules; empty if it is not known."""
    road = road_of(connection)
    return road.distribution(connection) if road and road.ends_in_linux else ""


class OverWindows:
    """With wsl.exe, over the Windows connection."""

    def __init__(self, runner: t.Any, host: str, name: str, executable: str | None, may_stop: bool) -> None:
        """Raises CmdLineError for an impossible name of a distribution.

        :arg may_stop: exit code 0 of the program stops the distribution.
        """
        self._runner = runner
        program = executable or EXECUTABLE
        self._linux = LinuxRunner(runner, host, name, executable=program)
        if may_stop:
            self._linux.line += f"&&{later_wsl_line(program, ['--terminate', name])}"
        self.where = self._linux.where

    def run(self, command: str, payload: bytes = b"") -> Completed:
        """See ``_order.Way.run``."""
        return self._linux.run(command, payload)

    def reopen(self) -> None:
        """See ``_order.Way.reopen``."""
        self._runner.close()


class OverLinux:
    """Over the connection of the task itself, with its ``become``."""

    def __init__(self, action: ActionBase, host: str) -> None:
        self._action = action
        connection: t.Any = action._connection
        self.distribution = distribution_entered(connection)
        self.where = f"distribution {self.distribution} on {host}" if self.distribution else host

    def run(self, command: str, payload: bytes = b"") -> Completed:
        """See ``_order.Way.run``."""
        try:
            done: t.Any = self._action._low_level_execute_command(command, sudoable=True, in_data=payload or None)
        except AnsibleConnectionFailure as error:
            raise HostUnreachable(" ".join(str(error.message).split())) from None
        return Completed(done["rc"], done["stdout"].encode("utf-8"), done["stderr"].encode("utf-8"))

    def reopen(self) -> None:
        """See ``_order.Way.reopen``."""
        connection: t.Any = self._action._connection
        connection.reset()
