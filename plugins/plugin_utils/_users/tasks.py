# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work as other Windows users, whose passwords nobody knows: one scheduled task for each of them.

All of it lies in a folder that the users can read and only administrators can change. In it every user has files for
results, made beforehand, which only that user can write to. Who has not logged on cannot always be worked for: then
there is a reason. Pure.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, while_successful
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import protected_folder, schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

START_SECONDS = 60.0
"""A task that has not started until then will not."""

NOT_LOGGED_ON = "not_logged_on"
NO_RIGHT = "no_right"
NO_TOKEN = "no_token"
ON_BATTERY = "on_battery"
NO_PROFILE = "no_profile"
"""Nothing of that user is on the host, not even a registry to register something in."""

HOLDS_LINK = (
    "a file for results has become a link, which nobody but that user can have done; nothing was read from it:"
    " check it as an administrator"
)
SPOILED = "spoiled"
"""A file for results of that user is a link, or holds more than any task writes; only that user can have done it."""
NO_TASK = "schtasks.exe registered no task: look whether a policy forbids that"


_SIZE = re.compile(r"^\S.*\s(\d+) \S+-([a-z]+)\.txt\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """Where things lie on the host while something is done about the distributions called NAME."""

    name: str
    FOLDER_PREFIX: t.ClassVar[str] = ""
    TASK_PREFIX: t.ClassVar[str] = ""
    RESULTS: t.ClassVar[tuple[str, ...]] = ()
    """Names of the files that a task writes to."""
    FILES: t.ClassVar[tuple[str, ...]] = ("S-1-*",)
    """Names, with wildcards, of everything that is put into the folder."""

    @property
    def folder(self) -> str:
        """Only administrators can change what is in it."""
        return f"{FOLDER}\\{self.FOLDER_PREFIX}{self.name}"

    def result(self, sid: str, name: str) -> str:
        """The file NAME of RESULTS that the task of SID writes to."""
        return f"{self.folder}\\{sid}-{name}.txt"

    def results(self, sid: str) -> str:
        """The pattern that all files for results of SID match."""
        return self.result(sid, "*")

    def empty_results(self, sid: str) -> dict[str, bytes]:
        """The files for results of SID, before there are any."""
        return {self.result(sid, name): b"" for name in self.RESULTS}

    def opened(self, sid: str) -> str:
        """The line that lets SID write to its files for results, which have to be there."""
        return protected_folder.give(self.results(sid), sid, protected_folder.WRITE)

    def removal(self) -> list[str]:
        """The lines that take the folder away."""
        return protected_folder.removal(self.folder, self.FILES)

    def description(self, sid: str) -> str:
        """The XML of the task of SID."""
        return f"{self.folder}\\{sid}.xml"

    def task(self, sid: str) -> str:
        """Name of the task of SID."""
        return f"wslfleet\\{self.TASK_PREFIX}{self.name}-{sid}"


def task(place: Place, sid: str, logged_on: bool, line: str, seconds: float, on_battery: bool = True) -> schtasks.Task:
    """The task of SID that runs LINE now, for SECONDS at most: in the user's session if there is one."""
    return schtasks.Task(
        name=place.task(sid),
        sid=sid,
        logon_type=schtasks.INTERACTIVE if logged_on else schtasks.WITHOUT_SESSION,
        line=line,
        seconds=round(seconds),
        on_battery=on_battery,
    )


def start_line(place: Place, sid: str, *before: str) -> str:
    """The line that opens the files for results of SID, which have to be there, then makes and starts the task."""
    name = place.task(sid)
    made = schtasks.create_line(name, place.description(sid))
    return while_successful(*before, place.opened(sid), made, schtasks.run_line(name))


def look_lines(place: Place, sid: str) -> dict[str, str]:
    """What the task of SID has come to."""
    return {
        # First: a task that has ended by then has left its result already, whatever happens between the reads.
        f"task_{sid}": schtasks.query_line(place.task(sid)),
        f"links_{sid}": cmd_line("dir", ["/b", "/al", place.results(sid)]),
        f"sizes_{sid}": sizes_line(place, sid),
    }


@contextlib.contextmanager
def cleaned(clean_up: t.Callable[[], object]) -> t.Iterator[None]:
    """CLEAN_UP at the end of the block, however that ends; after a lost connection the next run does it."""
    try:
        yield
    except HostUnreachable:
        raise
    except BaseException:
        clean_up()
        raise
    clean_up()


def sizes_line(place: Place, sid: str) -> str:
    """The line that lists the files for results of SID."""
    return cmd_line("dir", ["/-c", "/a-d", place.results(sid)])


def sizes(listed: bytes) -> dict[str, int]:
    """Name of RESULTS -> bytes in that file, in what ``sizes_line`` printed; none before a task has written to it."""
    return {match.group(2): int(match.group(1)) for match in _SIZE.finditer(listed.decode("utf-8", "replace"))}


def last_result(reads: Reads, name: str) -> int | None:
    """The last result of the task that the read called NAME asked for; None: there is none."""
    return schtasks.last_result(reads.output(name)) if reads.succeeded(name) else None


def why_not(result: int, on_battery: bool) -> str | None:
    """Why a task with RESULT did not start, one of the reasons above; None if the result says nothing of the kind.

    :arg on_battery: the task may start on battery, so that a refusal has another cause.
    """
    if result in schtasks.NO_RIGHT:
        return NO_RIGHT
    if result in schtasks.NO_LOGON:
        return NO_TOKEN
    if result in (schtasks.REFUSED, schtasks.QUEUED):
        return NOT_LOGGED_ON if on_battery else ON_BATTERY
    return None


def why_nothing(result: int | None, waited: float, start: float, patience: float) -> str | None:
    """Why a task with RESULT that left nothing for WAITED seconds never will, after its name; None: it may work still.

    :arg start: seconds after which it should have started.
    :arg patience: seconds within which Windows may still tell of the state before.
    """
    if result == schtasks.NEVER_RUN and waited >= start:
        return "has not started; run again"
    if result not in (schtasks.NEVER_RUN, schtasks.RUNNING) and waited > patience:
        shown = "it is gone" if result is None else f"last result {result:#x}"
        return f"was ended without a result ({shown}); run again"
    return None
