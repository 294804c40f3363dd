# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What was asked of a toolkit, and what a look at it told."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import finish
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import plan as toolkit_plan


@dataclass(frozen=True)
class Options:
    """What the caller asked for, as he wrote it."""

    version: str
    components: t.Tuple[str, ...]
    host_compiler: bool = True
    state: str = "present"
    others: str = "keep"
    hold: bool | None = None
    default: bool = False
    allow_downgrade: bool = False
    check_gpu: bool = True


@dataclass
class Look:
    """One look: what is wanted, what is there, and what has to happen."""

    wanted: toolkit_plan.Goal
    database: dpkg.Database
    plan: toolkit_plan.Plan
    settling: finish.Settling
    parts: t.Mapping[str, str] = field(default_factory=dict)
    judged: apt_plan.Judgement | None = None
    warnings: t.List[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything has to happen."""
        return self.plan.packages_change or not self.settling.empty
