# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Collects the results of a run's tasks, and makes a document for each laptop. Pure; a callback plugin uses it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, outcome
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import (
    State,
    failed_step,
    message,
    take,
)


@dataclass
class _Laptop:
    groups: tuple[str, ...]
    seen: State = field(default_factory=State)
    failure: document.Failure | None = None
    ended: bool = False
    """Whether the run has ended for this laptop."""
    stale: bool = True
    """Whether there were results after the last document."""


@dataclass
class Recorder:
    """The results of one run so far."""

    run: document.Run
    laptops: dict[str, _Laptop] = field(default_factory=dict)

    def begin(self, laptop: str, groups: t.Sequence[str]) -> None:
        """LAPTOP takes part in the run."""
        self.laptops.setdefault(laptop, _Laptop(tuple(groups)))

    def result(self, laptop: str, module: str, step: str, result: t.Mapping[str, t.Any]) -> None:
        """The task STEP has returned RESULT for LAPTOP; unknown hosts (a controller) are ignored."""
        if laptop in self.laptops:
            self.laptops[laptop].stale = True
            take(self.laptops[laptop].seen, module, step, result)

    def failed(self, laptop: str, module: str, step: str, result: t.Mapping[str, t.Any]) -> None:
        """The task STEP has failed, or could not reach LAPTOP."""
        if laptop in self.laptops:
            self.result(laptop, module, step, result)
            unreachable = bool(result.get("unreachable"))
            cause = str(result.get("cause") or "") if unreachable else ""
            self.laptops[laptop].failure = document.Failure(
                failed_step(step, result), message(result), cause, unreachable
            )

    def rescued(self, failures: t.Container[str], dark: t.Container[str]) -> None:
        """The run has ended with FAILURES and unreachable laptops (DARK); the play has rescued the others."""
        for name, laptop in self.laptops.items():
            if name not in failures and name not in dark:
                laptop.failure = None

    def ends(self, names: t.Iterable[str]) -> None:
        """The run has ended for the laptops NAMES, for example because the next batch begins."""
        for name in names:
            if name in self.laptops:
                self.laptops[name].ended = True

    def documents(self, time: str, names: t.Iterable[str], finished: bool = False) -> list[document.Document]:
        """The documents of those laptops of NAMES that have results after their last document."""
        made = []
        for name in names:
            laptop = self.laptops.get(name)
            if laptop and (laptop.stale or finished):
                laptop.stale = False
                # A failed laptop takes part in no later task.
                end = finished or laptop.ended or laptop.failure is not None
                made.append(document.make(name, laptop.groups, self.run, time, laptop.seen, laptop.failure, end))
        return made

    def document(self, name: str, time: str) -> document.Document | None:
        """The document of laptop NAME as if the run ended now; None for one that is not known."""
        laptop = self.laptops.get(name)
        return document.make(name, laptop.groups, self.run, time, laptop.seen, laptop.failure) if laptop else None

    def outcomes(self) -> dict[str, str]:
        """Laptop -> its outcome, as if the run ended now."""
        found = {}
        for name, laptop in self.laptops.items():
            state, status, _reason = document.verdict(name, laptop.seen, laptop.failure, True)
            seen = laptop.seen
            would_change = self.run.check and bool(seen.changes)
            found[name] = outcome.outcome(state, status, seen.worked, seen.windows is not None, would_change)
        return found
