# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The run of this process: the callback plugin stores it here, and lookups of the same run read it.

Ansible evaluates lookups in the process of the run, or in a worker that was forked from it after all earlier tasks.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

UNWATCHED = "nothing watches this run: set callbacks_enabled = wslfleet.cuda.documents in ansible.cfg"


class Plan(t.Protocol):
    """A rollout that the run carries out; implemented in room ``_rollout``."""

    folder: str
    """The folder for files of the remaining laptops."""

    def outcomes(self, told: t.Mapping[str, str]) -> dict[str, str]:
        """Laptop -> its outcome, also for laptops that are not in TOLD."""

    def begin(self, batch: t.Iterable[str]) -> None:
        """Another BATCH begins."""

    def passes(self, laptop: str) -> bool:
        """Whether LAPTOP, which has a result, is the first one of the current batch."""

    def ends(self) -> tuple[str, ...]:
        """The current batch has ended; returns its laptops."""


@dataclass
class ThisRun:
    """The part of the run that lookups can read."""

    recorder: Recorder
    report: str = ""
    """Path of the page of the report; empty if there is none."""
    limit: str = ""
    """Path of the file for ``--limit`` with the laptops that need another run; empty if there is none."""
    plan: Plan | None = None
    """None if the run is no rollout."""

    def passes(self, laptop: str) -> bool:
        """Whether LAPTOP, which has a result, is the first one of a batch of a rollout."""
        return self.plan is not None and self.plan.passes(laptop)

    def batch_ends(self) -> None:
        """The current batch of a rollout, if there is one, has ended, and the run with it for its laptops."""
        if self.plan is not None:
            self.recorder.ends(self.plan.ends())

    def outcomes(self) -> dict[str, str]:
        """Laptop -> its outcome."""
        told = self.recorder.outcomes()
        return {**told, **self.plan.outcomes(told)} if self.plan else told


@dataclass
class _Current:
    run: ThisRun | None = field(default=None)


_CURRENT = _Current()


def begin(run: ThisRun) -> None:
    """RUN begins."""
    _CURRENT.run = run


def current() -> ThisRun | None:
    """The current run; None if no callback plugin watches it."""
    return _CURRENT.run


def end() -> None:
    """The run has ended."""
    _CURRENT.run = None
