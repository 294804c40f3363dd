# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps of handing a distribution over to other Windows users. Pure.

An administrator does not know the developers' passwords, and a distribution belongs to the account that imports it. So
an image is copied to the host, and one scheduled task for each developer imports it as that developer.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import (
    DistributionState,
    refuse_without_wsl,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import (
    HELD,
    HELD_REASONS,
    MISSING,
    NOT_KNOWN,
    RUNNING,
    UNKNOWN,
    WAITING,
    Developer,
)

SET_DEFAULT_USER_SINCE = (2, 5, 8)
"""The first version with ``--manage --set-default-user``."""

DENIED = "denied"
"""A reason of WSL, in addition to those of ``_users.tasks``."""
WITH_TASK = frozenset({tasks.NOT_LOGGED_ON, tasks.NO_RIGHT, tasks.NO_TOKEN, DENIED})
"""Users who wait for one of these reasons have a task that starts at the next logon, and its image is kept."""
REASONS = {
    **HELD_REASONS,
    tasks.NOT_LOGGED_ON: "nobody is logged on as that user; the task starts at the next logon",
    tasks.NO_RIGHT: "that account may not log on as a batch job (a group policy); the task starts at the next logon",
    tasks.NO_TOKEN: "Windows cannot act for that account without its password (Entra, or no domain controller in"
    " reach); the task starts at the next logon",
    DENIED: "WSL does not start for that user without a session (access denied); the task starts at the next logon",
}


def status(rows: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """The outcome for all users, from the ROWS of the result: ``handed over``, or who has to do what first."""
    logon = [str(row["user"]) for row in rows if row["waiting"] in (*WITH_TASK, tasks.NO_PROFILE, NOT_KNOWN)]
    others = [str(row["user"]) for row in rows if row["waiting"] and row["user"] not in logon]
    waits = ([f"logon of {', '.join(logon)}"] if logon else []) + others
    return f"awaiting {', '.join(waits)}" if waits else "handed over"


def reason(rows: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Why users of ROWS wait, in one line; empty if nobody waits."""
    return "; ".join(f"{row['user']}: {row['reason']}" for row in rows if row["waiting"])


@dataclass(frozen=True)
class Plan:
    """What has to be done."""

    bring_image: bool
    hand_over: tuple[Developer, ...]
    """Those who get a task."""
    collect: tuple[Developer, ...]
    """Those whose task already runs or has ended: wait for its result."""
    waiting: tuple[Developer, ...]
    """Those whose task of an earlier run waits for their logon."""
    held: tuple[Developer, ...]
    """Those for whom nothing can be done now."""
    clean: bool
    """Remove files and tasks of an earlier run that nobody needs any more."""
    image: str
    name: str

    def __bool__(self) -> bool:
        return bool(self.hand_over or self.collect or self.clean)

    def texts(self) -> list[str]:
        """The steps in words."""
        texts = [f"copy {self.image} to the host as image of {self.name}"] if self.bring_image else []
        texts += [f"wait for the task that imports {self.name} as {one.name}" for one in self.collect]
        for one in self.hand_over:
            where = "in the session" if one.logged_on else "without a session"
            texts.append(f"import {self.name} as {one.name} by a scheduled task, {where} (wsl.exe --import)")
        return [*texts, "remove what an earlier run left for the hand-over"] if self.clean else texts


def plan(
    state: DistributionState,
    developers: t.Sequence[Developer],
    goal: DistributionGoal,
    left: bool,
    assume: bool = False,
    outdated: bool = False,
) -> Plan:
    """The steps until all DEVELOPERS have the distribution.

    :arg left: the folder of a hand-over exists.
    :arg assume: plan as if WSL and the image existed; for check mode, where earlier steps have made nothing.
    :arg outdated: the image on the host is not the one that is wanted now.
    :raises StepFailed: it cannot be done.
    """
    of = {state: tuple(one for one in developers if one.state == state) for state in (RUNNING, WAITING, HELD)}
    # The unknown ones get a task too: it does not change an existing distribution.
    missing = tuple(one for one in developers if one.state in (MISSING, UNKNOWN))
    leftover = left or any(one.task is not None or one.logon_task is not None for one in developers)
    # A new image for those without the distribution replaces the old one, so those who wait need a new task too.
    anew = missing + of[WAITING] if missing or outdated else ()
    if anew and not assume:
        _refuse(state, goal)
    clean = leftover and not (missing or of[RUNNING] or of[WAITING])
    image = shown_image(goal)
    waiting = () if anew else of[WAITING]
    return Plan(bool(anew), anew, of[RUNNING], waiting, of[HELD], clean, image, goal.name)


def check(goal: DistributionGoal) -> None:
    """Raise StepFailed for a goal that no host can reach, before any host is asked."""
    name = goal.name
    if goal.state != "present":
        raise StepFailed(
            f"distribution {name}: windows_user goes with state=present only; what a developer has is theirs to delete"
        )
    if goal.version != 2:
        raise StepFailed(f"distribution {name}: a distribution can be handed over as WSL 2 only; set version=2")
    if bool(goal.source) == bool(goal.from_distribution):
        raise StepFailed(
            f"distribution {name}: windows_user needs an image: either source, or from_distribution with the name of a"
            " distribution of the connecting account"
        )
    if goal.location and len(goal.windows_user or []) > 1:
        raise StepFailed(f"distribution {name}: location can be given for one windows_user only, the folder is theirs")


def _refuse(state: DistributionState, goal: DistributionGoal) -> None:
    name = goal.name
    refuse_without_wsl(state, goal, "handed over")
    if goal.default_user and (state.wsl_version or ()) < SET_DEFAULT_USER_SINCE:
        raise StepFailed(
            f"distribution {name} cannot be handed over with default_user: this needs WSL 2.5.8 or later; update WSL,"
            " or name the user in /etc/wsl.conf of the image"
        )
    if goal.from_distribution and state.found is None:
        raise StepFailed(
            f"distribution {name} cannot be handed over: the connecting account has no distribution"
            f" {goal.from_distribution} to export (from_distribution)"
        )
    if goal.from_distribution and state.running and not goal.stop_running:
        raise StepFailed(
            f"distribution {name} was not handed over: {goal.from_distribution} is running, and exporting stops"
            " it; set stop_running=true if that is meant"
        )


def shown_image(goal: DistributionGoal) -> str:
    """The image of GOAL, for messages."""
    return addresses.masked(goal.source or "") or f"distribution {goal.from_distribution}"


_WITHOUT_SESSION = ("E_ACCESSDENIED", "0x80070005", "0x8007023F")
"""Error codes of WSL where it does not work in a logon without a session (microsoft/WSL#9231, #8072)."""


def needs_session(code: str) -> bool:
    """Whether the error CODE of wsl.exe, in either spelling, means that the user must be logged on."""
    return code.rpartition("/")[2].upper() in {known.upper() for known in _WITHOUT_SESSION}
