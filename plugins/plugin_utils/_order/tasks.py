# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work in distributions of other Windows users: one task for each of them, all steps in it, the results back.

A task that an earlier run left working is waited for: with the same payload its result is taken, with another one this
run's work follows. What has ended without this run is done again, because every module can be. Whatever happens, tasks
and files go away; after a lost connection the next run takes them away.
"""

from __future__ import annotations

import hashlib
import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts as host_accounts
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import wsl as host_wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import find, registered_to
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    Batch,
    BatchError,
    cmd_line,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    OUTPUT_BYTES,
    CommandRunner,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import unusable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.tasks import START_SECONDS
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import archives, protected_folder, schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    Reads,
    read,
    read_groups,
    registry_query,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import explain

WAITS = (1.0, 2.0, 3.0)
"""Seconds between the first looks; then the last of POLL_SECONDS."""
POLL_SECONDS = 5.0
_AT_ONCE = 6
"""Users served and looked at in one command; more do not fit into one line."""


@dataclass(frozen=True)
class Goal:
    """What is to be done, and for whom."""

    name: str
    """Of the distribution."""
    windows_user: tuple[str, ...]
    payload: bytes
    steps: tuple[plans.Step, ...]
    """Those in PAYLOAD: what a result must be of."""
    on_battery: bool
    timeout: float
    """Seconds for the work of one user."""
    order: str = ""
    """Identity of the order in PAYLOAD."""

    @property
    def identity(self) -> str:
        """Tells this payload from another one."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True)
class Developer:
    """One of the users, as seen before."""

    user: User
    logged_on: bool
    lacks: bool
    """The user's registry was read and has no such distribution."""
    task: int | None
    """Last result of a task that an earlier run left; None: there is none."""
    held: str = ""
    """Why nothing can be done in it now, a key of ``developer.HELD_REASONS``; empty if nothing is known of that."""

    @property
    def sid(self) -> str:
        """Security identifier."""
        return self.user.sid


@dataclass(frozen=True)
class State:
    """The host before."""

    executable: str
    developers: list[Developer]
    identity: str
    """Of the payload that an earlier run left; empty if there is none."""


@dataclass(frozen=True)
class _Look:
    """One look at one user's task."""

    ended: bool
    size: int
    """Bytes of what it printed."""
    task: int | None
    progress: str = ""
    """How far it is; empty if it has not told."""


def observe(runner: CommandRunner, goal: Goal, executable: str | None) -> State:
    """Two WinRS commands: the host, then the users. Raises StepFailed if one of them cannot be found."""
    lines = {**q.services(), **q.wsl(), **q.users(), "elevated": registry_query("HKU\\S-1-5-19")}
    first = read(runner, lines)
    users = host_accounts.choose(host_accounts.users(first), goal.windows_user, absent=True)
    if not first.succeeded("elevated"):
        raise StepFailed(
            f"distribution {goal.name} of {', '.join(goal.windows_user)}: the account has no administrator rights in"
            " this session; log on as an administrator"
        )
    wsl = host_wsl.wsl(first)
    if wsl.version is None:
        raise StepFailed(f"distribution {goal.name}: WSL is not installed; use the module wsl first")
    place = plans.Place(goal.name)
    lines_of = [
        {
            **q.distributions_of(user.sid),
            **q.session_of(user.sid),
            f"task_{user.sid}": schtasks.query_line(place.task(user.sid)),
        }
        for user in users
        if user.profile
    ]
    reads = read_groups(runner, [{"identity": cmd_line("type", [place.identity])}, *lines_of])
    identity = reads.output("identity").decode("ascii", "replace").strip() if reads.succeeded("identity") else ""
    return State(executable or wsl.executable, [_developer(user, goal, reads) for user in users], identity)


def _developer(user: User, goal: Goal, reads: Reads) -> Developer:
    found = find(registered_to(reads.registry, user.sid), goal.name)
    return Developer(
        user,
        logged_on=host_accounts.has_session(reads.registry, user.sid),
        lacks=user.loaded and found is None,
        held=unusable(found) if user.profile else tasks.NO_PROFILE,
        task=tasks.last_result(reads, f"task_{user.sid}"),
    )


@dataclass
class Work:
    """One bundle on one host. ``outcomes`` (SID -> outcome) grows, so that a failure still tells what was done."""

    runner: CommandRunner
    goal: Goal
    seen: State
    sleep: t.Callable[[float], None] = time.sleep
    show: t.Callable[[str], None] = lambda _text: None
    """Shows one line of progress."""
    outcomes: dict[str, plans.Outcome] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)
    """SID -> how far the work of that user was when it was shown."""

    @property
    def _place(self) -> plans.Place:
        return plans.Place(self.goal.name)

    def run(self) -> None:
        """Wait for what still works, do the rest, clean up. Raises StepFailed, HostUnreachable, CommandTimeout."""
        with tasks.cleaned(self._clean_up):
            self._earlier()
            left = [one for one in self.seen.developers if one.sid not in self.outcomes]
            self.outcomes.update({one.sid: plans.Outcome(waiting=one.held) for one in left if one.held})
            left = [one for one in left if not one.held]
            for one in [one for one in left if one.lacks]:
                known = explain("WSL_E_DISTRO_NOT_FOUND")
                text = f"{self._where(one)}: {known.meaning} ({known.code}); hand it over first"
                self.outcomes[one.sid] = plans.Outcome(failure=text)
            left = [one for one in left if not one.lacks]
            for start in range(0, len(left), _AT_ONCE):
                group = left[start : start + _AT_ONCE]
                self._start(group)
                self._collect([one for one in group if one.sid not in self.outcomes])

    def _where(self, developer: Developer) -> str:
        return f"distribution {self.goal.name} of {developer.user.name}"

    def _earlier(self) -> None:
        """Wait for tasks of an earlier run; their results count where the work is the same."""
        running = [one for one in self.seen.developers if one.task == schtasks.RUNNING]
        if running:
            self._collect(running)
        if self.seen.identity != self.goal.identity:
            self.outcomes.clear()

    def _start(self, developers: t.Sequence[Developer]) -> None:
        """Bring the work into a folder that the users can read and cannot change, then start one task for each.

        The work may hold passwords: it arrives and the tasks are started in one command, which cmd.exe ends without us
        where the connection is lost. Each task deletes its copy; of one that was not started it is deleted here.
        """
        place = self._place
        protected_folder.make(self.runner, place.folder, place.FILES, readers=[one.sid for one in developers])
        files = {place.payload: self.goal.payload, place.identity: self.goal.identity.encode()}
        for one in developers:
            files.update({place.description(one.sid): schtasks.xml(self._task(one)), **place.empty_results(one.sid)})
        line, archive = archives.unpacking(files)
        lines = [line, *(self._start_line(one.sid) for one in developers), cmd_line("del", ["/f", "/q", place.payload])]
        try:
            batch = Batch(lines)
            parts = batch.split(self.runner.run(batch.line, archive, timeout=300).stdout)
        except BatchError as error:
            raise StepFailed(f"starting the tasks of distribution {self.goal.name} failed: {error}") from None
        if parts[0].exit_code != 0:
            raise StepFailed(f"the host could not unpack the work to {place.folder}; check the free space on C:")
        for one, part in zip(developers, parts[1:]):
            if part.exit_code == 0:
                continue
            if one.logged_on:
                self.outcomes[one.sid] = plans.Outcome(failure=f"{self._where(one)}: {tasks.NO_TASK}")
            else:
                self.outcomes[one.sid] = plans.Outcome(waiting=tasks.NO_TOKEN)

    def _start_line(self, sid: str) -> str:
        """Give SID a copy of the work that nobody else reads, and files for results; then make and start its task."""
        place, payload = self._place, self._place.payload_of(sid)
        copied = cmd_line("copy", ["/y", "/b", place.payload, payload])
        return tasks.start_line(place, sid, copied, protected_folder.give(payload, sid, protected_folder.DELETE))

    def _task(self, developer: Developer) -> schtasks.Task:
        sid, logged_on = developer.sid, developer.logged_on
        line = plans.task_line(self.goal.name, sid, self.seen.executable, logged_on)
        return tasks.task(self._place, sid, logged_on, line, self.goal.timeout, self.goal.on_battery)

    def _collect(self, developers: t.Sequence[Developer]) -> None:
        """Wait until every one of ACCOUNTS has an outcome."""
        waited, pauses = 0.0, [*WAITS]
        left = list(developers)
        while left:
            pause = pauses.pop(0) if pauses else POLL_SECONDS
            self.sleep(pause)
            waited += pause
            looks = self._look(left)
            ended = [one for one in left if looks[one.sid].ended]
            for group in _small_groups(ended, looks):
                self._read_back(group, looks)
            for one in left:
                if one not in ended:
                    self._show(one, looks[one.sid].progress)
                    outcome = self._judge(one, looks[one.sid], waited)
                    if outcome:
                        self.outcomes[one.sid] = outcome
            left = [one for one in left if one.sid not in self.outcomes]

    def _show(self, developer: Developer, progress: str) -> None:
        if progress and self._shown.get(developer.sid) != progress:
            self._shown[developer.sid] = progress
            self.show(f"{developer.user.name}: {progress}")

    def _look(self, developers: t.Sequence[Developer]) -> dict[str, _Look]:
        """One WinRS command for _AT_ONCE of ACCOUNTS."""
        looks: dict[str, _Look] = {}
        for start in range(0, len(developers), _AT_ONCE):
            lines: dict[str, str] = {}
            for one in developers[start : start + _AT_ONCE]:
                # First: what has ended by then has left its mark already, whatever happens between the reads.
                lines[f"task_{one.sid}"] = schtasks.query_line(self._place.task(one.sid))
                lines[f"done_{one.sid}"] = cmd_line("type", [self._place.result(one.sid, "done")])
                lines[f"size_{one.sid}"] = tasks.sizes_line(self._place, one.sid)
                lines[f"err_{one.sid}"] = cmd_line("type", [self._place.result(one.sid, "err")])
            try:
                reads = read(self.runner, lines)
            except OutputTooLong:
                if len(developers) == 1:
                    return {developers[0].sid: _Look(True, OUTPUT_BYTES, None)}
                # Whoever may write to the mark of an end has made a flood of it: it is the failure of that user alone.
                return {sid: look for one in developers for sid, look in self._look([one]).items()}
            for one in developers[start : start + _AT_ONCE]:
                sizes = tasks.sizes(reads.output(f"size_{one.sid}"))
                size = sizes.get("out", 0) + sizes.get("err", 0)
                task = tasks.last_result(reads, f"task_{one.sid}")
                told = answers.progress_of_task(reads.output(f"err_{one.sid}"))
                progress = answers.shown(told, self.goal.order) if told else ""
                looks[one.sid] = _Look(reads.output(f"done_{one.sid}")[:10] == b"ended\r\n", size, task, progress)
        return looks

    def _judge(self, developer: Developer, look: _Look, waited: float) -> plans.Outcome | None:
        """What a task that has left no result has come to; None: it works."""
        where = self._where(developer)
        reason = tasks.why_not(look.task or 0, self.goal.on_battery)
        if reason:
            return plans.Outcome(waiting=reason)
        if waited >= self.goal.timeout:
            return plans.Outcome(
                failure=f"{where}: the work did not end within {self.goal.timeout:g} s; give it more time (timeout); a"
                " transaction of apt that is running there continues, and the next run waits for it"
            )
        why = tasks.why_nothing(look.task, waited, START_SECONDS, sum(WAITS))
        return plans.Outcome(failure=f"{where}: its task {why}") if why else None

    def _read_back(self, developers: t.Sequence[Developer], looks: t.Mapping[str, _Look]) -> None:
        """Read what the ended tasks of ACCOUNTS left; links and giants are refused, for their owner alone."""
        lines: dict[str, str] = {}
        for one in developers:
            if looks[one.sid].size > plans.MOST_BYTES:
                text = (
                    f"{self._where(one)}: its result has {looks[one.sid].size} bytes and was not read; check it there"
                )
                self.outcomes[one.sid] = plans.Outcome(failure=text)
                continue
            lines[f"links_{one.sid}"] = cmd_line("dir", ["/b", "/al", self._place.results(one.sid)])
            for stream in ("out", "err"):
                lines[f"{stream}_{one.sid}"] = cmd_line("type", [self._place.result(one.sid, stream)])
        if not lines:
            return
        try:
            reads = read(self.runner, lines)
        except StepFailed as error:
            if len(developers) == 1:
                self.outcomes[developers[0].sid] = plans.Outcome(failure=f"{self._where(developers[0])}: {error}")
                return
            for one in developers:
                self._read_back([one], looks)
            return
        for one in developers:
            if one.sid not in self.outcomes:
                self.outcomes[one.sid] = self._outcome(one, reads)

    def _outcome(self, developer: Developer, reads: Reads) -> plans.Outcome:
        where = self._where(developer)
        if reads.listed(f"links_{developer.sid}"):
            return plans.Outcome(failure=f"{where}: {tasks.HOLDS_LINK}")
        out, err = (reads.output(f"{stream}_{developer.sid}") for stream in ("out", "err"))
        try:
            answer = answers.answer_of_task(where, out, err, self.goal.name)
            return answers.outcome(where, answer, self.goal.steps)
        except StepFailed as error:
            return plans.Outcome(failure=str(error))

    def _clean_up(self) -> None:
        """Take away tasks and files."""
        lines = [schtasks.delete_line(self._place.task(one.sid)) for one in self.seen.developers if one.user.profile]
        lines += self._place.removal()
        self.runner.run(Batch(lines).line, timeout=120)


def _small_groups(developers: t.Sequence[Developer], looks: t.Mapping[str, _Look]) -> list[list[Developer]]:
    """ACCOUNTS in groups whose results may come in one command: by number, and by size."""
    groups: list[list[Developer]] = []
    for one in developers:
        group = groups[-1] if groups else []
        size = sum(looks[each.sid].size for each in [*group, one])
        if group and len(group) < _AT_ONCE and size <= plans.MOST_BYTES:
            group.append(one)
        else:
            groups.append([one])
    return groups
