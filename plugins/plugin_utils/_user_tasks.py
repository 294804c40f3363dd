# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work as other Windows users, whose passwords nobody knows: one scheduled task for each of them.

All of it lies in a folder that the users can read and only administrators can change; in it every user has one for
results, which only that user can write to. Who has not logged on cannot always be worked for: then there is a reason.
Pure.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _protected_folder, _schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import Reads

START_SECONDS = 60.0
"""A task that has not started until then will not."""

NOT_LOGGED_ON = "not_logged_on"
NO_RIGHT = "no_right"
NO_TOKEN = "no_token"
ON_BATTERY = "on_battery"

HOLDS_LINK = (
    "the folder for results holds a link, which nobody but that user can have put there; nothing was read from it: look"
    " at it as an administrator"
)
NO_TASK = "schtasks.exe registered no task: look whether a policy forbids that"


@dataclass(frozen=True)
class Place:
    """Where things lie on the host while something is done about the distributions called NAME."""

    name: str
    FOLDER_PREFIX: t.ClassVar[str] = ""
    TASK_PREFIX: t.ClassVar[str] = ""

    @property
    def folder(self) -> str:
        """Only administrators can change what is in it.

        Right below FOLDER: a folder between the two that somebody made before would be theirs, and with it the right
        to put another one in this one's place.
        """
        return f"{FOLDER}\\{self.FOLDER_PREFIX}{self.name}"

    def results(self, sid: str) -> str:
        """The only folder that the user with SID can write to."""
        return f"{self.folder}\\{sid}"

    def folders(self, sids: t.Sequence[str]) -> dict[str, dict[str, str]]:
        """The folders for the users with SIDS and what each may do there, as ``_protected_folder.make`` takes them."""
        everyone = {self.folder: dict.fromkeys(sids, _protected_folder.READ)}
        return {**everyone, **{self.results(sid): {sid: _protected_folder.MODIFY} for sid in sids}}

    def description(self, sid: str) -> str:
        """The XML of the task of SID."""
        return f"{self.folder}\\{sid}.xml"

    def task(self, sid: str) -> str:
        """Name of the task of SID."""
        return f"wslfleet\\{self.TASK_PREFIX}{self.name}-{sid}"


def last_result(reads: Reads, name: str) -> int | None:
    """The last result of the task that the read called NAME asked for; None: there is none."""
    return _schtasks.last_result(reads.output(name)) if reads.succeeded(name) else None


def why_not(result: int, on_battery: bool) -> str | None:
    """Why a task with RESULT did not start, one of the reasons above; None where the result says nothing of the kind.

    :arg on_battery: the task may start on battery, so that a refusal has another cause.
    """
    if result in _schtasks.NO_RIGHT:
        return NO_RIGHT
    if result in _schtasks.NO_LOGON:
        return NO_TOKEN
    if result in (_schtasks.REFUSED, _schtasks.QUEUED):
        return NOT_LOGGED_ON if on_battery else ON_BATTERY
    return None


def why_nothing(result: int | None, waited: float, start: float, patience: float) -> str | None:
    """Why a task with RESULT that left nothing for WAITED seconds never will, after its name; None: it may work still.

    :arg start: seconds after which it should have started.
    :arg patience: seconds within which Windows may still tell of the state before.
    """
    if result == _schtasks.NEVER_RUN and waited >= start:
        return "has not started; run again"
    if result not in (_schtasks.NEVER_RUN, _schtasks.RUNNING) and waited > patience:
        shown = "it is gone" if result is None else f"last result {result:#x}"
        return f"was ended without a result ({shown}); run again"
    return None
