# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The roads to Windows: which port belongs to the connection of a task. Only this file knows all of them.

A new road is a file with its port, two functions here and a line in ``ROADS``. The file of a port is imported when it
is used, because Ansible compiles the files of a collection anew in the process of every task.
"""

from __future__ import annotations

import inspect
import typing as t
from dataclasses import dataclass

from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CONNECT_TIMEOUT, HearingRunner

LEFT_TO_YOU = "it takes effect after this, which would end this run: run it yourself in a terminal of Windows: {}"
"""Of the road from inside the laptop, for commands on Windows."""


_REMEDY = "set ansible_connection to winrm, or to ssh with ansible_shell_type cmd or powershell"


@dataclass(frozen=True)
class Road:
    """One way to Windows."""

    name: str
    """The connection, as written in the inventory."""
    takes: t.Callable[[t.Any], bool]
    """Whether a connection is of this kind. Sends nothing."""
    runner: t.Callable[[t.Any, float], HearingRunner]
    """Makes the runner of a connection of this kind, given the seconds that the host may take for its first answer."""
    ends_in_linux: bool = False
    """This connection runs modules for Linux; commands for Windows take another way."""
    distribution: t.Callable[[t.Any], str] = lambda _connection: ""
    """The distribution in which those modules run."""


def road_of(connection: t.Any) -> Road | None:
    """The road of a task's CONNECTION; None if it does not reach Windows."""
    return next((road for road in ROADS if road.takes(connection)), None)


def leads_to_windows(connection: t.Any) -> bool:
    """Whether CONNECTION runs its commands on Windows."""
    road = road_of(connection)
    return road is not None and not road.ends_in_linux


def reaches_windows(connection: t.Any) -> bool:
    """Whether CONNECTION can reach Windows at all."""
    return road_of(connection) is not None


def is_inside(connection: t.Any) -> bool:
    """Whether CONNECTION runs commands where Ansible runs, and that is a distribution of the laptop itself."""
    road = road_of(connection)
    return road is not None and road.takes is _is_local


def runner_for(connection: t.Any, connect_timeout: float = CONNECT_TIMEOUT) -> HearingRunner:
    """The runner of a task's CONNECTION.

    :raises AnsibleError: it does not reach Windows, or the controller lacks something that its port needs.
    """
    road = road_of(connection)
    if road is None:
        name = getattr(connection, "transport", type(connection).__name__)
        raise AnsibleError(f"connection {name!r} does not lead to Windows: {_REMEDY}")
    return road.runner(connection, connect_timeout)


def _is_wsl(connection: t.Any) -> bool:
    # hasattr would make its runner.
    return inspect.getattr_static(connection, "windows_runner", None) is not None


def _runner_of_wsl(connection: t.Any, _connect_timeout: float) -> HearingRunner:
    """The connection has its own time limit."""
    return t.cast(HearingRunner, connection.windows_runner)


def _is_winrm(connection: t.Any) -> bool:
    return hasattr(connection, "protocol") and hasattr(connection, "shell_id")


def _runner_of_winrm(connection: t.Any, connect_timeout: float) -> HearingRunner:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import runner_on

    return runner_on(connection, connect_timeout)


def _is_ssh(connection: t.Any) -> bool:
    """Whether it is core's ``ssh`` with a shell of Windows; with a shell of Linux it is not a road to Windows."""
    family = getattr(getattr(connection, "_shell", None), "SHELL_FAMILY", "")
    return getattr(connection, "transport", "") == "ssh" and family in ("cmd", "powershell")


def _runner_of_ssh(connection: t.Any, connect_timeout: float) -> HearingRunner:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.openssh import runner_on

    return runner_on(connection, connect_timeout)


def _is_local(connection: t.Any) -> bool:
    """Whether Ansible runs in a distribution of the laptop itself."""
    if getattr(connection, "transport", "") != "local":
        return False
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import inside

    return inside.is_inside()


def _runner_of_local(_connection: t.Any, _connect_timeout: float) -> HearingRunner:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.interop import InteropRunner

    return InteropRunner()


def distribution_here() -> str:
    """The distribution in which Ansible runs; only for the road from inside."""
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import inside

    return inside.look().distribution


def _distribution_of_wsl(connection: t.Any) -> str:
    return str(connection.get_option("distribution"))


ROADS = (
    Road("wslfleet.cuda.wsl", _is_wsl, _runner_of_wsl, ends_in_linux=True, distribution=_distribution_of_wsl),
    Road("local", _is_local, _runner_of_local, ends_in_linux=True, distribution=lambda _one: distribution_here()),
    Road("winrm", _is_winrm, _runner_of_winrm),
    Road("ssh", _is_ssh, _runner_of_ssh),
)
