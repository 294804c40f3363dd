# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""When a host may be restarted: hours, battery, people. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)\Z")


@dataclass(frozen=True)
class Window:
    """Hours of the host's own time, which may go past midnight; DAYS are those on which they begin."""

    start: int
    """Minutes after midnight."""
    end: int
    days: frozenset[str] = frozenset(DAYS)

    def holds(self, moment: datetime) -> bool:
        """Whether MOMENT, in the host's own time, is in the window."""
        minutes = moment.hour * 60 + moment.minute
        if self.start < self.end:
            return self.start <= minutes < self.end and DAYS[moment.weekday()] in self.days
        if minutes >= self.start:
            return DAYS[moment.weekday()] in self.days
        return minutes < self.end and DAYS[(moment - timedelta(days=1)).weekday()] in self.days

    def __str__(self) -> str:
        hours = f"{self.start // 60:02}:{self.start % 60:02}-{self.end // 60:02}:{self.end % 60:02}"
        return hours if len(self.days) == len(DAYS) else f"{', '.join(d for d in DAYS if d in self.days)} {hours}"


def window(hours: str | None, days: t.Sequence[str] = DAYS) -> Window | None:
    """The window HOURS (``22:00-05:00``) on DAYS; None for no HOURS. Raises StepFailed for anything else."""
    if not hours:
        return None
    match = _HOURS.match(hours)
    if not match:
        raise StepFailed(f"window must be hours such as 22:00-05:00, not {hours!r}")
    numbers = [int(group) for group in match.groups()]
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if start == end:
        raise StepFailed(f"window {hours} is empty: leave it out to allow the whole day")
    return Window(start, end, frozenset(days))


@dataclass(frozen=True)
class Conditions:
    """The conditions for a restart."""

    window: Window | None = None
    not_on_battery: bool = False
    not_while_logged_on: bool = False

    @property
    def any(self) -> bool:
        """Whether the host must be asked at all."""
        return self.window is not None or self.not_on_battery or self.not_while_logged_on


@dataclass(frozen=True)
class Circumstances:
    """The current facts about the host; None if Windows does not report them."""

    local_time: datetime | None = None
    battery: bool | None = None
    on_battery: bool | None = None
    logged_on: tuple[str, ...] | None = field(default=())


def obstacles(conditions: Conditions, now: Circumstances) -> list[str]:
    """The reasons why the host must not be restarted now; an unknown fact is a reason too."""
    found = []
    if conditions.window is not None:
        if now.local_time is None:
            found.append("the host's time zone could not be read")
        elif not conditions.window.holds(now.local_time):
            found.append(f"it is {now.local_time:%a %H:%M} there, the window is {conditions.window}")
    if conditions.not_on_battery and now.battery is not False:
        if now.on_battery is None:
            found.append("whether it runs on battery could not be read")
        elif now.on_battery:
            found.append("it runs on battery")
    if conditions.not_while_logged_on:
        if now.logged_on is None:
            found.append("whether someone is logged on could not be read")
        elif now.logged_on:
            found.append(f"logged on: {', '.join(now.logged_on)}")
    return found
