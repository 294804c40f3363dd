# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The run that this process carries out: the callback plugin keeps it here, lookups of the same run read it.

Ansible evaluates lookups in the process of the run, or in a worker that was forked from it after all former tasks.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

UNWATCHED = "nothing watches this run: set callbacks_enabled = wslfleet.cuda.documents in ansible.cfg"


class Plan(t.Protocol):
    """A rollout that the run carries out; room ``_rollout`` has it."""

    folder: str
    """Where the files of what is left are written."""

    def outcomes(self, told: t.Mapping[str, str]) -> dict[str, str]:
        """Laptop -> the outcome of it, those of which nothing was TOLD too."""

    def begin(self, batch: t.Iterable[str]) -> None:
        """Another BATCH begins."""

    def passes(self, laptop: str) -> bool:
        """Whether LAPTOP, which has something to tell, is the first one of the batch that goes on."""

    def ends(self) -> tuple[str, ...]:
        """The batch that went on is over; its laptops."""


@dataclass
class ThisRun:
    """What lookups may know of the run."""

    recorder: Recorder
    report: str = ""
    """Path of the page of the report; empty if there is none."""
    limit: str = ""
    """Path of the file for ``--limit`` with the laptops that need another run; empty if there is none."""
    plan: Plan | None = None
    """None if the run is no rollout."""

    def passes(self, laptop: str) -> bool:
        """Whether LAPTOP, which has something to tell, is the first one of a batch of a rollout."""
        return self.plan is not None and self.plan.passes(laptop)

    def batch_ends(self) -> None:
        """A batch of a rollout is over, if one went on, and with it the run for its laptops."""
        if self.plan is not None:
            self.recorder.ends(self.plan.ends())

    def outcomes(self) -> dict[str, str]:
        """Laptop -> the outcome of it."""
        told = self.recorder.outcomes()
        return {**told, **self.plan.outcomes(told)} if self.plan else told


@dataclass
class _Current:
    run: ThisRun | None = field(default=None)


_CURRENT = _Current()


def begin(run: ThisRun) -> None:
    """RUN is carried out from now on."""
    _CURRENT.run = run


def current() -> ThisRun | None:
    """The run that goes on; None if no callback plugin watches it."""
    return _CURRENT.run


def end() -> None:
    """The run is over."""
    _CURRENT.run = None
