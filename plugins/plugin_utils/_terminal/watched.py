# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What a callback plugin knows about each host during a run. Pure; the plugin fills it."""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import progress

AT_WORK, WAITING, FAILED, AWAY = "at work", "waiting", "failed", "out of reach"
STATES = (AT_WORK, WAITING, FAILED, AWAY)


@dataclass
class Laptop:
    """One host of the run."""

    name: str
    state: str = WAITING
    step: str = ""
    """Its current or last task."""
    told: str = ""
    """The last line of progress of that task."""
    since: float = 0.0
    """When the task began."""
    changed: int = 0
    reason: str = ""
    """Why it failed, or cannot be reached."""

    @property
    def percent(self) -> int | None:
        """The progress in the last line, if it contains one."""
        return progress.percent(self.told)


@dataclass
class Watched:
    """A run: its hosts in the order in which they came. Times are those of a clock that only goes forward."""

    began: float
    play: str = ""
    check: bool = False
    """Whether nothing is changed in truth."""
    laptops: dict[str, Laptop] = field(default_factory=dict)
    everyone: dict[str, Laptop] = field(default_factory=dict)
    """Those of former plays too."""

    def begins(self, play: str, hosts: t.Iterable[str], check: bool = False) -> None:
        """A PLAY for HOSTS begins, or another batch of it. Hosts that failed before take no part in it."""
        self.play, self.check = f"{play} (check mode)" if check else play, check
        self.laptops = {name: self.everyone.setdefault(name, Laptop(name)) for name in hosts}

    def starts(self, name: str, step: str, now: float) -> None:
        """Host NAME begins STEP; if it had failed, it was rescued, or cleans up."""
        laptop = self._of(name)
        laptop.state, laptop.step, laptop.told, laptop.since = AT_WORK, step, "", now

    def tells(self, name: str, text: str) -> bool:
        """Host NAME reports the progress TEXT; False if no such host takes part."""
        if name in self.laptops:
            self.laptops[name].told = text
        return name in self.laptops

    def done(self, name: str, changed: bool = False) -> None:
        """Host NAME has ended its step."""
        laptop = self._of(name)
        laptop.state, laptop.changed = WAITING, laptop.changed + changed

    def fails(self, name: str, step: str, reason: str, away: bool = False) -> None:
        """Host NAME failed at STEP, or is AWAY."""
        laptop = self._of(name)
        laptop.state, laptop.step, laptop.reason = AWAY if away else FAILED, step, reason

    def counts(self) -> dict[str, int]:
        """State -> how many hosts, without states that no host has."""
        found = collections.Counter(laptop.state for laptop in self.laptops.values())
        return {state: found[state] for state in STATES if found[state]}

    def worked(self) -> list[Laptop]:
        """The hosts that had something to do, of all plays."""
        return [laptop for laptop in self.everyone.values() if laptop.step]

    def _of(self, name: str) -> Laptop:
        """Host NAME; one that is in no play, for example from add_host, is a guest."""
        laptop = self.everyone.setdefault(name, Laptop(name))
        return self.laptops.setdefault(name, laptop)
