# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Ask Windows users for their distributions if the administrator cannot read their registry: one task for each user.

The registry of a user is loaded only while that user is logged on, or a task of theirs runs. The user can forge an
answer, so it only decides whether that user gets a distribution.
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import disks, distributions, keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import NOT_KNOWN, Answer, Developer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import (
    archives,
    protected_folder,
    registry,
    schtasks,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import REG, Reads, read_groups

WAITS = (1.0, 1.0, 2.0)
"""Seconds between the first looks; then POLL_SECONDS."""
POLL_SECONDS = 5.0
PATIENCE = 60.0
"""Seconds to wait for the answer of a task."""
MOST_BYTES = 1 << 20
"""A larger answer is not read."""


class Place(tasks.Place):
    """The folder and the tasks of a question about the distribution called NAME."""

    FOLDER_PREFIX = TASK_PREFIX = "ask-"
    RESULTS = ("log", "done")


def task_line(place: Place, sid: str) -> str:
    """The line of the task of SID: it writes that user's distributions to a file, then whether it could read them.

    The key is missing if there are none. If another key can be read, no policy forbids reg.exe.
    """
    log, done = (place.result(sid, stem) for stem in Place.RESULTS)
    own = cmd_line(REG, ["query", f"HKCU\\{keys.LXSS_USER}", "/s"])
    other = cmd_line(REG, ["query", "HKCU\\Software"])
    return f'({own}>"{log}"||{other}>NUL)&&echo ok>"{done}"||echo failed>"{done}"'


def ask(
    runner: CommandRunner,
    developers: t.Sequence[Developer],
    name: str,
    on_battery: bool,
    sleep: t.Callable[[float], None] | None = None,
) -> dict[str, Answer]:
    """SID -> the answer about the distribution NAME, from the tasks of DEVELOPERS. Leaves nothing on the host.

    :raises StepFailed: no folder or file could be made.
    :raises HostUnreachable: the next run removes the tasks and files.
    """
    work = _Asking(runner, Place(name), on_battery, sleep or time.sleep)
    with tasks.cleaned(lambda: clean_up(runner, name, developers)):
        return work.ask(developers)


def clean_up(runner: CommandRunner, name: str, developers: t.Sequence[Developer]) -> None:
    """Remove the tasks and the folder of a question."""
    place = Place(name)
    groups = [{f"delete_{one.sid}": schtasks.delete_line(place.task(one.sid))} for one in developers if one.profile]
    read_groups(runner, [*groups, {f"folder_{n}": line for n, line in enumerate(place.removal())}])


class _Asking:
    """One question on one host."""

    def __init__(self, runner: CommandRunner, place: Place, on_battery: bool, sleep: t.Callable[[float], None]) -> None:
        self._runner, self._place, self._on_battery, self._sleep = runner, place, on_battery, sleep
        self._answers: dict[str, Answer] = {}

    def ask(self, developers: t.Sequence[Developer]) -> dict[str, Answer]:
        self._start(developers)
        left, pauses, waited = self._left(developers), list(WAITS), 0.0
        ended: list[Developer] = []
        while left:
            pause = pauses.pop(0) if pauses else POLL_SECONDS
            self._sleep(pause)
            waited += pause
            ended += self._look(left, waited)
            left = [one for one in self._left(left) if one not in ended]
        self._read(ended)
        return self._answers

    def _left(self, developers: t.Sequence[Developer]) -> list[Developer]:
        return [one for one in developers if one.sid not in self._answers]

    def _start(self, developers: t.Sequence[Developer]) -> None:
        place = self._place
        sids = [one.sid for one in developers]
        protected_folder.make(self._runner, place.folder, place.FILES, readers=sids)
        files = {place.description(one.sid): schtasks.xml(self._task(one)) for one in developers}
        archives.upload_contents(self._runner, {**files, **place.empty_results(*sids)}, 120)
        reads = read_groups(self._runner, [{f"start_{sid}": tasks.start_line(place, sid)} for sid in sids])
        for sid in sids:
            if not reads.succeeded(f"start_{sid}"):
                self._answers[sid] = Answer(refused=tasks.NO_TOKEN)

    def _task(self, developer: Developer) -> schtasks.Task:
        line = task_line(self._place, developer.sid)
        return tasks.task(self._place, developer.sid, developer.logged_on, line, PATIENCE, self._on_battery)

    def _look(self, developers: t.Sequence[Developer], waited: float) -> list[Developer]:
        """Those of DEVELOPERS with an answer to read; notes the reason for those who will not answer."""
        reads = read_groups(self._runner, [tasks.look_lines(self._place, one.sid) for one in developers])
        ended = []
        for one in developers:
            task = tasks.last_result(reads, f"task_{one.sid}")
            why = tasks.why_not(task or 0, self._on_battery)
            sizes = tasks.sizes(reads.output(f"sizes_{one.sid}"))
            if sizes.get("done"):
                # The administrator would follow a link; a huge file would fill the memory of the controller.
                if reads.listed(f"links_{one.sid}") or sum(sizes.values()) > MOST_BYTES:
                    self._answers[one.sid] = Answer(refused=NOT_KNOWN)
                else:
                    ended.append(one)
            elif why or waited >= PATIENCE or tasks.why_nothing(task, waited, PATIENCE, sum(WAITS)):
                self._answers[one.sid] = Answer(refused=why or NOT_KNOWN)
        return ended

    def _read(self, developers: t.Sequence[Developer]) -> None:
        groups = []
        for one in developers:
            lines = {stem: cmd_line("type", [self._place.result(one.sid, stem)]) for stem in Place.RESULTS}
            groups.append({f"{stem}_{one.sid}": line for stem, line in lines.items()})
        reads = read_groups(self._runner, groups) if groups else Reads()
        for one in developers:
            word = reads.output(f"done_{one.sid}")[:10]
            told = parse(reads.output(f"log_{one.sid}"), self._place.name)
            self._answers[one.sid] = told if word == b"ok\r\n" else Answer(refused=NOT_KNOWN)


def parse(text: bytes, name: str) -> Answer:
    """The answer about the distribution NAME in TEXT, the output of reg.exe."""
    key = f"HKCU\\{keys.LXSS_USER}"
    tree = registry.parse(text, registry.Scope(key, recursive=True))
    found = distributions.find(distributions.registered(tree, key), name)
    return Answer(found, bool(distributions.damaged(tree, key)))


def have_disks(runner: CommandRunner, developers: t.Sequence[Developer]) -> set[str]:
    """The SIDs of those DEVELOPERS whose profile contains a virtual disk of WSL."""
    groups = [disks.profile_lines(one.profile, one.sid) for one in developers]
    reads = read_groups(runner, groups) if groups else Reads()
    return {one.sid for one in developers if disks.profile_disks(reads, one.sid)}
