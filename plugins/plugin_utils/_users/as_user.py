# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Run one line as another Windows user, with that user's rights.

For files in folders of that user: an administrator who reads or writes there would follow every link that the user puts
there at that moment, with an administrator's rights.
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
"""Time limit for a line, which copies or prints one small file."""


@dataclass(frozen=True)
class Place(tasks.Place):
    """The folder and the task for one line; NAME says what it is for."""

    TASK_PREFIX = "as-user-"
    RESULTS = ("out", "done")
    FILES = (*tasks.Place.FILES, "new")

    @property
    def new(self) -> str:
        """The file that the user copies."""
        return f"{self.folder}\\new"


def run_as(runner: CommandRunner, place: Place, user: User, line: str, content: bytes = b"") -> bytes:
    """Run LINE (built by ``_port.cmd_line``) as USER and return its stdout.

    :arg content: the content of ``Place.new``, which only USER can read.
    :raises StepFailed: LINE could not be run, or failed; the message names the user.
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
        raise StepFailed(tasks.NO_TASK if logged_on else f"{user.name}: {tasks.RUN_AGAIN[tasks.NO_TOKEN]}")


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
    # The task first, because one that has ended by then has already written its result.
    return {
        "task": schtasks.query_line(place.task(user.sid)),
        "links": cmd_line("dir", ["/b", "/al", place.results(user.sid)]),
        "done": cmd_line("type", [place.result(user.sid, "done")]),
        "out": cmd_line("type", [place.result(user.sid, "out")]),
    }


def _judge(reads: Reads, user: User, waited: float) -> None:
    """Raise StepFailed if the task will not write a result."""
    result = tasks.last_result(reads, "task")
    reason = tasks.why_not(result or 0, on_battery=True)
    if reason:
        raise StepFailed(f"{user.name}: {tasks.RUN_AGAIN[reason]}")
    why = tasks.why_nothing(result, waited, tasks.START_SECONDS, 5 * POLL_SECONDS)
    if why or waited > 2 * SECONDS:
        raise StepFailed(f"the task of {user.name} {why or 'did not end; run again'}")


def _clean_up(runner: CommandRunner, place: Place, user: User) -> None:
    lines = [schtasks.delete_line(place.task(user.sid)), *place.removal()]
    runner.run(Batch(lines).line, timeout=120)
