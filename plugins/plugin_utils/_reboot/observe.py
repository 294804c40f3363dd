# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Observe a host before a restart: one WinRS command, and a second one if sessions matter."""

from __future__ import annotations

from datetime import datetime, timedelta

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import has_session, users
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.power import power, with_report
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot.policy import Circumstances, Conditions
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads, read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

_SIGN = 1 << 31


def observe(runner: CommandRunner, conditions: Conditions, utc: datetime) -> Circumstances:
    """The facts that CONDITIONS need. UTC is the controller's clock, because hosts only print localised times.

    :raises StepFailed, HostUnreachable, CommandTimeout: the host could not be read.
    """
    lines = {**q.time_zone(), **q.users(), **q.own_distributions()}
    if conditions.not_on_battery:
        lines.update({**q.power(), **q.battery_report()})
    reads = read(runner, lines)
    state = with_report(power(reads), reads) if conditions.not_on_battery else None
    return Circumstances(
        local_time=local_time(reads.registry, utc),
        battery=state.battery if state else None,
        on_battery=state.on_battery if state else None,
        logged_on=_logged_on(runner, reads) if conditions.not_while_logged_on else (),
    )


def local_time(registry: RegistryTree, utc: datetime) -> datetime | None:
    """UTC in the host's time zone: ActiveTimeBias is the minutes from its time to UTC, as a signed 32-bit number."""
    bias = registry.number(keys.TIME_ZONE, "ActiveTimeBias")
    if bias is None:
        return None
    return utc - timedelta(minutes=bias - (1 << 32) if bias >= _SIGN else bias)


def _logged_on(runner: CommandRunner, reads: Reads) -> tuple[str, ...] | None:
    """Names of users with a session at the screen; None if the profiles could not be read."""
    if not reads.succeeded("hives"):
        return None
    loaded = [user for user in users(reads) if user.loaded]
    lines = {name: line for user in loaded for name, line in q.session_of(user.sid).items()}
    sessions = read(runner, lines).registry if lines else RegistryTree()
    return tuple(user.name for user in loaded if has_session(sessions, user.sid))
