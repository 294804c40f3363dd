# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The laptops of a rollout in their order and batches, and how far it has come. Pure.

A batch that has begun is finished: the gate is checked before the next one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import Settings

MOST_NAMES = 5
_FINAL = (
    outcome.FAILED,
    outcome.OFF,
    outcome.OUT_OF_REACH,
    outcome.WENT_AWAY,
    outcome.PUT_OFF,
    outcome.NOT_BEGUN,
)
"""Outcomes that cannot change any more during the batch, because Ansible skips these laptops from then on."""
_FAILED = (outcome.FAILED, outcome.NOT_IN_ORDER, outcome.NOT_FINISHED, outcome.WENT_AWAY)
_UNTOUCHED = (outcome.OFF, outcome.OUT_OF_REACH, outcome.PUT_OFF, outcome.NOT_BEGUN)

Outcomes = t.Mapping[str, str]
"""Laptop -> its outcome."""


@dataclass
class Plan:
    """A rollout."""

    canaries: tuple[str, ...]
    others: tuple[str, ...]
    settings: Settings
    folder: str
    """The folder for the files of remaining laptops."""
    begun: list[tuple[str, ...]] = field(default_factory=list)
    """The batches so far."""
    going_on: bool = False
    """Whether the last one of them still runs."""
    at_work: bool = False
    """Whether its gate is passed, so none of its laptops is skipped any more."""

    @property
    def laptops(self) -> tuple[str, ...]:
        """All laptops, the canaries first."""
        return (*self.canaries, *self.others)

    def sizes(self) -> list[int]:
        """The number of laptops in each batch; the last size is repeated."""
        found, left = [len(self.canaries)] if self.canaries else [], len(self.others)
        wanted = [one.of(len(self.others)) for one in self.settings.batches]
        while left > 0:
            size = min(left, wanted.pop(0) if len(wanted) > 1 else wanted[0])
            found.append(size)
            left -= size
        return found or [1]

    def __str__(self) -> str:
        first = f"canaries {_named(self.canaries)}, then " if self.canaries else "no canaries; "
        sizes = self.sizes()[1 if self.canaries else 0 :]
        told = ", ".join(str(one) for one in sizes[:MOST_NAMES]) + (" …" if len(sizes) > MOST_NAMES else "")
        return f"{first}batches of {told}" if sizes else f"canaries {_named(self.canaries)}, and no others"

    def begin(self, batch: t.Iterable[str]) -> None:
        """Another BATCH begins."""
        self.begun.append(tuple(batch))
        self.going_on, self.at_work = True, False

    def passes(self, laptop: str) -> bool:
        """LAPTOP has a result; True if it is the first one of its batch, whose gate is passed then."""
        first = self.going_on and not self.at_work and laptop in self.begun[-1]
        self.at_work = self.at_work or first
        return first

    def ends(self) -> tuple[str, ...]:
        """The current batch has ended; returns its laptops."""
        batch = self.begun[-1] if self.going_on else ()
        self.going_on = False
        return batch

    def outcomes(self, told: Outcomes) -> dict[str, str]:
        """Laptop -> its outcome, also for laptops that are not in TOLD or are still being worked on."""
        busy = set(self.begun[-1]) if self.going_on else set()
        untold = dict.fromkeys(busy, outcome.NOT_FINISHED) if self.at_work else {}
        known = {**untold, **told}
        return {name: _outcome(known.get(name, outcome.NOT_BEGUN), name in busy) for name in self.laptops}

    def obstacle(self, told: Outcomes) -> str:
        """Why no other batch begins, from the outcome of the last one; empty if another may begin.

        Laptops that are off or put off say nothing about the others, except canaries, which are there to be tested.
        """
        if len(self.begun) < 2:
            return ""
        known = self.outcomes(told)
        before = {name: known[name] for name in self.begun[-2]}
        failed = [name for name, word in before.items() if word in _FAILED]
        tried = [name for name, word in before.items() if word not in _UNTOUCHED]
        canaries = set(before) <= set(self.canaries)
        which = "canaries" if canaries else "laptops of the batch before"
        if 100 * len(failed) > self.settings.maximum_failures * max(1, len(tried)):
            allowed = f"{self.settings.maximum_failures} %" if self.settings.maximum_failures else "none"
            return f"{len(failed)} of {len(tried)} {which} failed ({_named(failed)}); at most {allowed} may"
        if canaries and not [name for name in tried if name not in failed]:
            return f"no canary was done: {outcome.sentence(before.values())}"
        return ""

    def question(self, told: Outcomes) -> str:
        """The question to a person before a batch."""
        batch, sizes = len(self.begun), self.sizes()
        now = sizes[batch - 1] if batch <= len(sizes) else len(self.begun[-1])
        done = outcome.sentence(word for name, word in self.outcomes(told).items() if name not in self.begun[-1])
        laptops = f"{now} laptop{'s' if now > 1 else ''}"
        return f"Batch {batch} of {len(sizes)}, {laptops}. So far: {done}. Type yes to begin it"


def _outcome(word: str, busy: bool) -> str:
    return outcome.NOT_FINISHED if busy and word not in _FINAL else word


def _named(laptops: t.Sequence[str]) -> str:
    return ", ".join(laptops[:MOST_NAMES]) + (" …" if len(laptops) > MOST_NAMES else "")
