# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether one more laptop may begin now: the maintenance window, and who uses the laptop. Pure."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import policy
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import IN_USE, ON_BATTERY, Settings
from zoneinfo import ZoneInfo


def closed(settings: Settings, now: datetime) -> str:
    """Why no laptop begins at NOW (with its time zone); empty in the maintenance window, and without one."""
    if settings.window is None:
        return ""
    there = now.astimezone(ZoneInfo(settings.time_zone) if settings.time_zone else None)
    if settings.window.holds(there):
        return ""
    where = settings.time_zone or "by the controller's clock"
    return f"it is {there:%a %H:%M} ({where}), the maintenance window is {settings.window}"


def subsets(settings: Settings) -> list[str]:
    """The subsets for module host_info; it is not run if the list is empty."""
    return [name for word, name in ((IN_USE, "users"), (ON_BATTERY, "battery")) if word in settings.put_off]


def reasons(settings: Settings, host: t.Mapping[str, t.Any], now: datetime) -> list[str]:
    """Why the laptop is put off, from HOST, a result of module host_info; an unknown fact is a reason too."""
    conditions = policy.Conditions(
        not_on_battery=ON_BATTERY in settings.put_off, not_while_logged_on=IN_USE in settings.put_off
    )
    power, found = host.get("power") or {}, [closed(settings, now)]
    circumstances = policy.Circumstances(
        battery=power.get("battery"), on_battery=power.get("on_battery"), logged_on=_logged_on(host.get("users") or ())
    )
    return [text for text in found if text] + policy.obstacles(conditions, circumstances)


def _logged_on(users: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[str, ...] | None:
    """The users with a session at the screen; None if that is not known."""
    known = {str(user.get("name")): user.get("logged_on") for user in users}
    names = tuple(name for name, there in known.items() if there)
    return names if names or None not in known.values() else None
