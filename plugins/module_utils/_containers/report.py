# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What was requested of the container toolkit, and what was done so far."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.goal import Goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes

PURPOSE = "containers"


@dataclass(frozen=True)
class Request:
    """What the caller asked for. ``engines`` None: those that are there. ``follow``: a transaction of ours."""

    engines: t.Sequence[str] | None
    version: str | None
    minimum: str
    source: Goal
    check_mode: bool
    wait: float
    follow: str | None = None
    rootless: t.Sequence[str] = ()
    """Users whose own docker is served instead of root's."""


@dataclass
class Report:
    """What was found and done, for the caller."""

    changed: bool = False
    changes: t.List[system_changes.FileChange] = field(default_factory=list)
    packages: t.Tuple[str, str] | None = None
    """Before and after of the packages, for a diff."""
    engines: t.Sequence[str] = ()
    desktop: str = ""
    version: str = ""
    gpu: bool = False
    notes: t.List[str] = field(default_factory=list)
    transaction: apt_transaction.Transaction | None = None

    def add(self, changes: t.Sequence[system_changes.FileChange]) -> None:
        """Record CHANGES."""
        self.changes += changes
        self.changed = self.changed or bool(changes)
