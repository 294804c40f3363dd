# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work as other Windows users, whose passwords the administrator does not know: one scheduled task for each. Pure.

All files are in a folder that the users can read and only administrators can change. It has a set of result files for
each user, made beforehand, which only that user can write to. If a user is not logged on, Windows may refuse to start
the task, for one of the reasons below.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, while_successful
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import protected_folder, schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

START_SECONDS = 60.0
"""A task that has not started after this time will not start."""

NOT_LOGGED_ON = "not_logged_on"
NO_RIGHT = "no_right"
NO_TOKEN = "no_token"
ON_BATTERY = "on_battery"
NO_PROFILE = "no_profile"
"""The host has no profile of that user, and so no registry to register a distribution in."""

RUN_AGAIN = {
    NOT_LOGGED_ON: "that user is not logged on; run again when they are",
    NO_RIGHT: "that user is not logged on, and their account may not log on as a batch job (a group policy); run again"
    " when they are logged on",
    NO_TOKEN: "that user is not logged on, and Windows cannot act for their account without its password (Entra, or no"
    " domain controller in reach); run again when they are logged on",
}
"""Reasons for work that does not wait for a logon."""
HOLDS_LINK = (
    "a file for results has become a link, which nobody but that user can have done; nothing was read from it:"
    " check it as an administrator"
)
SPOILED = "spoiled"
"""A result file of that user is a link, or longer than any task writes; only that user can have done that."""
NO_TASK = "schtasks.exe registered no task: look whether a policy forbids that"


_SIZE = re.compile(r"^\S.*\s(\d+) \S+-([a-z]+)\.txt\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """The folder and the tasks for work on the distributions called NAME."""

    name: str
    FOLDER_PREFIX: t.ClassVar[str] = ""
    TASK_PREFIX: t.ClassVar[str] = ""
    RESULTS: t.ClassVar[tuple[str, ...]] = ()
    """Names of the result files of a task."""
    FILES: t.ClassVar[tuple[str, ...]] = ("S-1-*",)
    """Names, with wildcards, of all files in the folder."""

    @property
    def folder(self) -> str:
        """Only administrators can change it."""
        return f"{FOLDER}\\{self.FOLDER_PREFIX}{self.name}"

    @property
    def identity(self) -> str:
        """The file that says which image or order is in the folder."""
        return f"{self.folder}\\identity.txt"

    def result(self, sid: str, name: str) -> str:
        """The result file NAME of the task of SID."""
        return f"{self.folder}\\{sid}-{name}.txt"

    def results(self, sid: str) -> str:
        """The pattern that matches all result files of SID."""
        return self.result(sid, "*")

    def empty_results(self, *sids: str) -> dict[str, bytes]:
        """Path -> content of the result files of SIDS before the tasks run."""
        return {self.result(sid, name): b"" for sid in sids for name in self.RESULTS}

    def opened(self, sid: str) -> str:
        """The line that lets SID write to its result files, which have to exist."""
        return protected_folder.give(self.results(sid), sid, protected_folder.WRITE)

    def removal(self) -> list[str]:
        """The lines that remove the folder."""
        return protected_folder.removal(self.folder, self.FILES)

    def description(self, sid: str) -> str:
        """The XML file of the task of SID."""
        return f"{self.folder}\\{sid}.xml"

    def task(self, sid: str) -> str:
        """Name of the task of SID."""
        return f"wslfleet\\{self.TASK_PREFIX}{self.name}-{sid}"


def chosen(reads: Reads, wanted: t.Sequence[str], what: str) -> list[User]:
    """The users WANTED, from the reads ``_host.queries.users`` and ``elevated``; WHAT is the beginning of an error.

    :raises StepFailed: one cannot be found, or the connecting account has no administrator rights.
    """
    users = accounts.choose(accounts.users(reads), wanted, absent=True)
    if not reads.succeeded("elevated"):
        raise StepFailed(
            f"{what}: the account has no administrator rights in this session; from inside a laptop, start WSL from a"
            " terminal that was opened as administrator"
        )
    return users


def identity_in(reads: Reads) -> str:
    """The content of ``Place.identity``, from the read ``identity``; empty if there is no such file."""
    return reads.output("identity").decode("ascii", "replace").strip() if reads.succeeded("identity") else ""


def task(place: Place, sid: str, logged_on: bool, line: str, seconds: float, on_battery: bool = True) -> schtasks.Task:
    """The task of SID that runs LINE now, for at most SECONDS, in the session of a user who is LOGGED_ON."""
    return schtasks.Task(
        name=place.task(sid),
        sid=sid,
        logon_type=schtasks.INTERACTIVE if logged_on else schtasks.WITHOUT_SESSION,
        line=line,
        seconds=round(seconds),
        on_battery=on_battery,
    )


def start_line(place: Place, sid: str, *before: str) -> str:
    """The line that runs BEFORE, opens the result files of SID, which have to exist, and makes and starts the task."""
    name = place.task(sid)
    made = schtasks.create_line(name, place.description(sid))
    return while_successful(*before, place.opened(sid), made, schtasks.run_line(name))


def look_lines(place: Place, sid: str) -> dict[str, str]:
    """The lines that read the state of the task of SID."""
    return {
        # First, because a task that has ended by then has already written its result.
        f"task_{sid}": schtasks.query_line(place.task(sid)),
        f"links_{sid}": cmd_line("dir", ["/b", "/al", place.results(sid)]),
        f"sizes_{sid}": sizes_line(place, sid),
    }


@contextlib.contextmanager
def cleaned(clean_up: t.Callable[[], object]) -> t.Iterator[None]:
    """Call CLEAN_UP at the end of the block, also after an error; after a lost connection the next run does that."""
    try:
        yield
    except HostUnreachable:
        raise
    except BaseException:
        clean_up()
        raise
    clean_up()


def sizes_line(place: Place, sid: str) -> str:
    """The line that lists the result files of SID."""
    return cmd_line("dir", ["/-c", "/a-d", place.results(sid)])


def sizes(listed: bytes) -> dict[str, int]:
    """Name of a result file -> its size in bytes, from the output of ``sizes_line``; 0 before the task writes to it."""
    return {match.group(2): int(match.group(1)) for match in _SIZE.finditer(listed.decode("utf-8", "replace"))}


def last_result(reads: Reads, name: str) -> int | None:
    """The last result of a task, from the read NAME; None if there is no task."""
    return schtasks.last_result(reads.output(name)) if reads.succeeded(name) else None


def why_not(result: int, on_battery: bool) -> str | None:
    """Why a task with RESULT did not start, one of the reasons above; None if RESULT has no such meaning.

    :arg on_battery: the task may start on battery, so a refusal has another cause.
    """
    if result in schtasks.NO_RIGHT:
        return NO_RIGHT
    if result in schtasks.NO_LOGON:
        return NO_TOKEN
    if result in (schtasks.REFUSED, schtasks.QUEUED):
        return NOT_LOGGED_ON if on_battery else ON_BATTERY
    return None


def why_nothing(result: int | None, waited: float, start: float, patience: float) -> str | None:
    """Why a task with RESULT and no result file after WAITED seconds will not write one; None: it may still run.

    :arg start: seconds after which it should have started.
    :arg patience: seconds in which Windows may still return the state before the start.
    """
    if result == schtasks.NEVER_RUN and waited >= start:
        return "has not started; run again"
    if result not in (schtasks.NEVER_RUN, schtasks.RUNNING) and waited > patience:
        shown = "it is gone" if result is None else f"last result {result:#x}"
        return f"was ended without a result ({shown}); run again"
    return None
