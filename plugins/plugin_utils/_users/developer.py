# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What is known about a developer's distribution before a hand-over, and the resulting state. Pure.

The registry of that user, as the administrator reads it, and the answer of that user's task only decide who gets a
distribution and what is reported. Before something of that user is deleted, that user's task checks for itself.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks

PRESENT = "present"
MISSING = "missing"
WAITING = "waiting"
"""A task of an earlier run waits for a logon."""
RUNNING = "running"
"""A task runs, or has ended with a result that was not read yet."""
UNKNOWN = "unknown"
"""Only that user's own task can find out."""
HELD = "held"
"""Nothing can be done now, and nothing is built for that user; ``Developer.held`` says why."""

WSL_1 = "wsl_1"
UNFINISHED = "unfinished"
DAMAGED = "damaged"
DISK_MISSING = "disk_missing"
DISK_LEFT = "disk_left"
NOT_KNOWN = "not_known"

HELD_REASONS = {
    tasks.NO_PROFILE: "there is no profile of that user on this host: never logged on here, or the name is"
    " misspelt; run again after the first logon",
    WSL_1: "it is registered as WSL 1, in which no GPU can be used; that user converts it (wsl.exe --set-version)",
    UNFINISHED: "its registration is not finished, and no hand-over started it; wait until that work has ended, or"
    " let that user remove it (wsl.exe --unregister)",
    DAMAGED: "a key below Lxss in that user's registry lacks DistributionName or BasePath, so that wsl.exe fails; that"
    " user deletes that key",
    DISK_MISSING: "it is registered, but its virtual disk is missing; that user restores the disk, or removes the"
    " registration (wsl.exe --unregister) and gets a new distribution from the next run",
    DISK_LEFT: "a virtual disk is in its place but not registered, and may contain that user's work; that user"
    " registers it (wsl.exe --import-in-place) or moves it away",
    NOT_KNOWN: "that user has a virtual disk of WSL, and only that user can find out which distribution it is; run"
    " again when they are logged on",
    tasks.ON_BATTERY: "the laptop runs on battery; run again when it is on mains",
    tasks.SPOILED: "a file for the result of that user's task has become a link or is far too long, which nobody but"
    " that user can have done; nothing was read from it and it was removed; ask that user, then run again",
}


@dataclass(frozen=True)
class Answer:
    """What a user's own task found in that user's registry, or why it could not read it. The user can forge it."""

    found: Distribution | None = None
    damaged: bool = False
    refused: str = ""
    """A reason of ``_users.tasks``, or NOT_KNOWN if the task could not read the registry; empty: it answered."""


@dataclass(frozen=True)
class Developer:
    """A Windows user who shall have the distribution, and what was observed about it."""

    sid: str
    name: str
    profile: str
    """The profile folder; empty if the host has none."""
    loaded: bool
    """The registry hive is loaded, so FOUND is known."""
    logged_on: bool
    found: Distribution | None = None
    damaged: bool = False
    """A registration lacks a name or a folder."""
    place: str = ""
    """The folder that an import would use."""
    disk: bool = False
    """PLACE contains a virtual disk."""
    begun: bool = False
    """The profile has the mark of an interrupted import of ours."""
    task: int | None = None
    """Last result of the task that runs now; None if there is no task."""
    logon_task: int | None = None
    """Last result of the task that waits for a logon; None if there is no task."""
    done: str = ""
    """The result of the task: ok, failed, tasks.SPOILED, or empty."""
    answer: Answer | None = None
    """The answer of that user's own task in this run; None if it was not asked."""
    disks: bool = False
    """The profile has virtual disks of WSL in other places; only checked if the task could not answer."""
    imported: bool = False
    """The task has reported in this run that the distribution is there."""

    @property
    def state(self) -> str:
        """One of the states above."""
        return self._verdict[0]

    @property
    def held(self) -> str:
        """Why nothing can be done now, a key of HELD_REASONS; empty in every state but HELD."""
        return self._verdict[1]

    @property
    def has_it(self) -> bool:
        """The distribution can be used."""
        return self.imported or self.state == PRESENT

    @property
    def known(self) -> bool:
        """Whether the registrations are known, from the registry or from that user's task."""
        return self.loaded or (self.answer is not None and not self.answer.refused)

    @property
    def _verdict(self) -> tuple[str, str]:
        if not self.profile:
            return HELD, tasks.NO_PROFILE
        if schtasks.RUNNING in (self.task, self.logon_task):
            return RUNNING, ""
        return self._by_registration() if self.known else self._by_signs()

    def _by_registration(self) -> tuple[str, str]:
        """By the registrations, even if the result of a task says something else."""
        answer = None if self.loaded else self.answer
        found, damaged = (answer.found, answer.damaged) if answer else (self.found, self.damaged)
        why = unusable(found)
        if why == UNFINISHED and self.begun and found is not None and found.state == "installing":
            return self._lacks()
        if found is not None:
            lost = not self.disk and found.base_path.lower() == self.place.lower()
            why = why or (DISK_MISSING if lost else "")
            return (HELD, why) if why else (PRESENT, "")
        if self.done == tasks.SPOILED:
            return HELD, tasks.SPOILED
        if self.done == "failed":
            return RUNNING, ""
        if damaged or self.disk:
            return HELD, DAMAGED if damaged else DISK_LEFT
        return self._lacks()

    def _by_signs(self) -> tuple[str, str]:
        """Without the registrations: by the result of the task, the disk, or why there is no answer."""
        if self.done == tasks.SPOILED:
            return HELD, tasks.SPOILED
        if self.done:
            return (PRESENT if self.done == "ok" else RUNNING), ""
        if self.logon_task is not None and not self.logged_on:
            return WAITING, ""
        if self.disk and not self.begun:
            return PRESENT, ""
        if self.answer is None:
            return UNKNOWN, ""
        if self.answer.refused == tasks.ON_BATTERY:
            return HELD, tasks.ON_BATTERY
        # A disk in its place with our mark is left from our own import: the task checks that at the next logon.
        return (HELD, NOT_KNOWN) if self.disks or self.answer.refused == NOT_KNOWN else self._lacks()

    def _lacks(self) -> tuple[str, str]:
        if self.logon_task is not None and not self.logged_on:
            return WAITING, ""
        if self.answer is not None and self.answer.refused == tasks.ON_BATTERY:
            return HELD, tasks.ON_BATTERY
        return MISSING, ""


def unusable(found: Distribution | None) -> str:
    """Why the distribution FOUND cannot be used, a key of HELD_REASONS; empty if it can, or if there is none."""
    if found is None:
        return ""
    if found.state != "installed":
        return UNFINISHED
    if not found.base_path:
        return DAMAGED
    return WSL_1 if found.version != 2 else ""


def to_ask(developers: t.Sequence[Developer], on_battery: bool) -> list[Developer]:
    """Those DEVELOPERS whose own task has to find out what they have.

    :arg on_battery: the tasks may start on battery. If not, everybody without the distribution is asked as well: this
        shows whether the laptop runs on battery, before anything is built.
    """
    asked = {UNKNOWN} if on_battery else {UNKNOWN, MISSING}
    return [one for one in developers if one.state in asked]
