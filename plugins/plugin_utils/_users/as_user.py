# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Run one line as another Windows user, whose rights count then: what the user may not touch stays untouched.

For what lies in a place of that user: an administrator who reads or writes there follows every link that the user puts
there in that moment, with an administrator's rights.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import Batch, cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import archives, protected_folder, schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads, read

POLL_SECONDS = 1.0
SECONDS = 60
"""A line here copies or prints one small file."""
_REASONS = {
    tasks.NOT_LOGGED_ON: "is not logged on; run again when they are",
    tasks.NO_RIGHT: "is not logged on and may not log on as a batch job (a group policy); run again when they are"
    " logged on",
    tasks.NO_TOKEN: "is not logged on, and Windows cannot act for that account without its password (Entra, or no"
    " domain controller in reach); run again when they are logged on",
}


@dataclass(frozen=True)
class Place(tasks.Place):
    """Where the files of such a task lie; NAME tells what it is for."""

    TASK_PREFIX = "as-user-"
    RESULTS = ("out", "done")
    FILES = (*tasks.Place.FILES, "new")

    @property
    def new(self) -> str:
        """What the user is given to copy."""
        return f"{self.folder}\\new"


def run_as(runner: CommandRunner, place: Place, user: User, line: str, content: bytes = b"") -> bytes:
    """Run LINE (built by ``_port.cmd_line``) as USER and return what it printed.

    :arg content: what ``Place.new`` is to hold; only USER can read it.
    :raises StepFailed: it could not be run, or failed; the user is named.
    """
    with tasks.cleaned(lambda: _clean_up(runner, place, user)):
        _start(runner, place, user, line, content)
        return _wait(runner, place, user)


def _start(runner: CommandRunner, place: Place, user: User, line: str, content: bytes) -> None:
    logged_on = accounts.has_session(read(runner, q.session_of(user.sid)).registry, user.sid)
    out, done = (place.result(user.sid, name) for name in Place.RESULTS)
    whole = f'{line}>"{out}"&&echo ok>"{done}"||echo failed>"{done}"'
    task = tasks.task(place, user.sid, logged_on, whole, SECONDS)
    protected_folder.make(runner, place.folder, place.FILES, readers=[user.sid])
    files = {place.description(user.sid): schtasks.xml(task), place.new: content, **place.empty_results(user.sid)}
    archives.upload_contents(runner, files, 120)
    if runner.run(tasks.start_line(place, user.sid), timeout=120).exit_code != 0:
        raise StepFailed(f"{user.name} {_REASONS[tasks.NO_TOKEN]}" if not logged_on else tasks.NO_TASK)


def _wait(runner: CommandRunner, place: Place, user: User) -> bytes:
    waited = 0.0
    while True:
        reads = read(runner, _look(place, user))
        if reads.listed("links"):
            raise StepFailed(f"{user.name}: {tasks.HOLDS_LINK}")
        done = reads.output("done")[:10]
        if done == b"ok\r\n":
            return reads.output("out")
        if done == b"failed\r\n":
            raise StepFailed(f"it failed with the rights of {user.name}: check its permissions and the free space")
        _judge(reads, user, waited)
        time.sleep(POLL_SECONDS)
        waited += POLL_SECONDS


def _look(place: Place, user: User) -> dict[str, str]:
    # The task first: one that has ended by then has left its result already.
    return {
        "task": schtasks.query_line(place.task(user.sid)),
        "links": cmd_line("dir", ["/b", "/al", place.results(user.sid)]),
        "done": cmd_line("type", [place.result(user.sid, "done")]),
        "out": cmd_line("type", [place.result(user.sid, "out")]),
    }


def _judge(reads: Reads, user: User, waited: float) -> None:
    """Raise StepFailed if the task will leave nothing any more."""
    result = tasks.last_result(reads, "task")
    reason = tasks.why_not(result or 0, on_battery=True)
    if reason:
        raise StepFailed(f"{user.name} {_REASONS[reason]}")
    why = tasks.why_nothing(result, waited, tasks.START_SECONDS, 5 * POLL_SECONDS)
    if why or waited > 2 * SECONDS:
        raise StepFailed(f"the task of {user.name} {why or 'did not end; run again'}")


def _clean_up(runner: CommandRunner, place: Place, user: User) -> None:
    lines = [schtasks.delete_line(place.task(user.sid)), *place.removal()]
    runner.run(Batch(lines).line, timeout=120)
