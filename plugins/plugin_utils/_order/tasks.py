# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work in distributions of other Windows users: one task for each user, with all steps.

If a task of an earlier run still works, this run waits for it. It uses the result if the payload is the same, and
starts its own work otherwise. A task that ended before this run is repeated, which every module allows. Tasks and files
are removed at the end, also after an error; after a lost connection the next run does that.
"""

from __future__ import annotations

import hashlib
import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts
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
"""Seconds between the first looks; then POLL_SECONDS."""
POLL_SECONDS = 5.0
_AT_ONCE = 6
"""Users whose tasks are started, or whose results are read, by one command; more do not fit into one line."""


@dataclass(frozen=True)
class Goal:
    """What is to be done, and for whom."""

    name: str
    """Name of the distribution."""
    windows_user: tuple[str, ...]
    payload: bytes
    steps: tuple[plans.Step, ...]
    """The steps in PAYLOAD."""
    on_battery: bool
    timeout: float
    """Seconds for the work of one user."""
    order: str = ""
    """Identity of the order in PAYLOAD."""

    @property
    def identity(self) -> str:
        """Identifies this payload."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True)
class Developer:
    """One of the users, as observed before."""

    user: User
    logged_on: bool
    lacks: bool
    """The user's registry was read and has no such distribution."""
    task: int | None
    """Last result of a task of an earlier run; None if there is none."""
    held: str = ""
    """Why nothing can be done now, a key of ``developer.HELD_REASONS``; empty if no reason is known."""

    @property
    def sid(self) -> str:
        """Security identifier."""
        return self.user.sid


@dataclass(frozen=True)
class State:
    """The host before the work."""

    executable: str
    developers: list[Developer]
    identity: str
    """Identity of the payload of an earlier run; empty if there is none."""


@dataclass(frozen=True)
class _Look:
    """One look at one user's task."""

    ended: bool
    size: int
    """Bytes that it has printed."""
    task: int | None
    progress: str = ""
    """Its progress; empty if it has not reported any."""


def observe(runner: CommandRunner, goal: Goal, executable: str | None) -> State:
    """Two WinRS commands: the host, then the users. Raises StepFailed if one of them cannot be found."""
    lines = {**q.services(), **q.wsl(), **q.users(), "elevated": registry_query("HKU\\S-1-5-19")}
    first = read(runner, lines)
    users = tasks.chosen(first, goal.windows_user, f"distribution {goal.name} of {', '.join(goal.windows_user)}")
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
    developers = [_developer(user, goal, reads) for user in users]
    return State(executable or wsl.executable, developers, tasks.identity_in(reads))


def _developer(user: User, goal: Goal, reads: Reads) -> Developer:
    found = find(registered_to(reads.registry, user.sid), goal.name)
    return Developer(
        user,
        logged_on=accounts.has_session(reads.registry, user.sid),
        lacks=user.loaded and found is None,
        held=unusable(found) if user.profile else tasks.NO_PROFILE,
        task=tasks.last_result(reads, f"task_{user.sid}"),
    )


@dataclass
class Work:
    """The work on one host. ``outcomes`` (SID -> outcome) is filled step by step, so it can be used after an error."""

    runner: CommandRunner
    goal: Goal
    seen: State
    sleep: t.Callable[[float], None] = time.sleep
    show: t.Callable[[str], None] = lambda _text: None
    """Shows one line of progress."""
    outcomes: dict[str, plans.Outcome] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)
    """SID -> the progress that was shown last."""

    @property
    def _place(self) -> plans.Place:
        return plans.Place(self.goal.name)

    def run(self) -> None:
        """Wait for earlier tasks, do the work, clean up. Raises StepFailed, HostUnreachable, CommandTimeout."""
        with tasks.cleaned(self._clean_up):
            self._collect([one for one in self.seen.developers if one.task == schtasks.RUNNING])
            if self.seen.identity != self.goal.identity:
                self.outcomes.clear()
            left = [one for one in self.seen.developers if one.sid not in self.outcomes and not self._cannot(one)]
            for start in range(0, len(left), _AT_ONCE):
                group = left[start : start + _AT_ONCE]
                self._start(group)
                self._collect([one for one in group if one.sid not in self.outcomes])

    def _cannot(self, developer: Developer) -> bool:
        """Whether no task is started for DEVELOPER; notes why."""
        if developer.held:
            self.outcomes[developer.sid] = plans.Outcome(waiting=developer.held)
        elif developer.lacks:
            known = explain("WSL_E_DISTRO_NOT_FOUND")
            self._fail(developer, f"{known.meaning} ({known.code}); hand it over first")
        return developer.sid in self.outcomes

    def _where(self, developer: Developer) -> str:
        return f"distribution {self.goal.name} of {developer.user.name}"

    def _fail(self, developer: Developer, why: str) -> None:
        self.outcomes[developer.sid] = plans.Outcome(failure=f"{self._where(developer)}: {why}")

    def _start(self, developers: t.Sequence[Developer]) -> None:
        """Copy the work into a folder that the users can read and cannot change, then start one task for each.

        The work may contain passwords: one command unpacks it and starts the tasks, and cmd.exe completes it if the
        connection is lost. Each task deletes its copy; the folder is removed at the end.
        """
        place, sids = self._place, [one.sid for one in developers]
        protected_folder.make(self.runner, place.folder, place.FILES, readers=sids)
        files = {place.payload: self.goal.payload, place.identity: self.goal.identity.encode()}
        files |= {place.description(one.sid): schtasks.xml(self._task(one)) for one in developers}
        line, archive = archives.unpacking({**files, **place.empty_results(*sids)})
        lines = [line, *map(self._start_line, sids), cmd_line("del", ["/f", "/q", place.payload])]
        try:
            batch = Batch(lines)
            parts = batch.split(self.runner.run(batch.line, archive, timeout=300).stdout)
        except BatchError as error:
            raise StepFailed(f"starting the tasks of distribution {self.goal.name} failed: {error}") from None
        if parts[0].exit_code != 0:
            raise StepFailed(f"the host could not unpack the work to {place.folder}; check the free space on C:")
        for one, part in zip(developers, parts[1:]):
            if part.exit_code != 0 and one.logged_on:
                self._fail(one, tasks.NO_TASK)
            elif part.exit_code != 0:
                self.outcomes[one.sid] = plans.Outcome(waiting=tasks.NO_TOKEN)

    def _start_line(self, sid: str) -> str:
        """Give SID a copy of the work that nobody else can read, and result files; then make and start the task."""
        place, payload = self._place, self._place.payload_of(sid)
        copied = cmd_line("copy", ["/y", "/b", place.payload, payload])
        return tasks.start_line(place, sid, copied, protected_folder.give(payload, sid, protected_folder.DELETE))

    def _task(self, developer: Developer) -> schtasks.Task:
        sid, logged_on = developer.sid, developer.logged_on
        line = plans.task_line(self.goal.name, sid, self.seen.executable, logged_on)
        return tasks.task(self._place, sid, logged_on, line, self.goal.timeout, self.goal.on_battery)

    def _collect(self, developers: t.Sequence[Developer]) -> None:
        """Wait until all DEVELOPERS have an outcome."""
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
                    self._judge(one, looks[one.sid], waited)
            left = [one for one in left if one.sid not in self.outcomes]

    def _show(self, developer: Developer, progress: str) -> None:
        if progress and self._shown.get(developer.sid) != progress:
            self._shown[developer.sid] = progress
            self.show(f"{developer.user.name}: {progress}")

    def _look(self, developers: t.Sequence[Developer]) -> dict[str, _Look]:
        """SID -> the state of the task of each of DEVELOPERS."""
        try:
            reads = read_groups(self.runner, [self._look_lines(one.sid) for one in developers])
        except OutputTooLong:
            if len(developers) == 1:
                return {developers[0].sid: _Look(True, OUTPUT_BYTES, None)}
            # A user has filled the result files. Only that user fails.
            return {sid: look for one in developers for sid, look in self._look([one]).items()}
        looks = {}
        for sid in [one.sid for one in developers]:
            sizes = tasks.sizes(reads.output(f"size_{sid}"))
            told = answers.progress_of_task(reads.output(f"err_{sid}"))
            looks[sid] = _Look(
                ended=reads.output(f"done_{sid}")[:10] == b"ended\r\n",
                size=sizes.get("out", 0) + sizes.get("err", 0),
                task=tasks.last_result(reads, f"task_{sid}"),
                progress=answers.shown(told, self.goal.order) if told else "",
            )
        return looks

    def _look_lines(self, sid: str) -> dict[str, str]:
        return {
            # First, because a task that has ended by then has already written its mark.
            f"task_{sid}": schtasks.query_line(self._place.task(sid)),
            f"done_{sid}": cmd_line("type", [self._place.result(sid, "done")]),
            f"size_{sid}": tasks.sizes_line(self._place, sid),
            f"err_{sid}": cmd_line("type", [self._place.result(sid, "err")]),
        }

    def _judge(self, developer: Developer, look: _Look, waited: float) -> None:
        """Note the outcome of a task without a result, unless it still works."""
        reason = tasks.why_not(look.task or 0, self.goal.on_battery)
        why = tasks.why_nothing(look.task, waited, START_SECONDS, sum(WAITS))
        if reason:
            self.outcomes[developer.sid] = plans.Outcome(waiting=reason)
        elif waited >= self.goal.timeout:
            self._fail(
                developer,
                f"the work did not end within {self.goal.timeout:g} s; give it more time (timeout); a transaction of"
                " apt that is running there continues, and the next run waits for it",
            )
        elif why:
            self._fail(developer, f"its task {why}")

    def _read_back(self, developers: t.Sequence[Developer], looks: t.Mapping[str, _Look]) -> None:
        """Read the results of the ended tasks of DEVELOPERS. A link or a huge file is a failure of its user only."""
        for one in developers:
            size = looks[one.sid].size
            if size > plans.MOST_BYTES:
                self._fail(one, f"its result has {size} bytes and was not read; check it there")
        left = [one for one in developers if one.sid not in self.outcomes]
        lines: dict[str, str] = {}
        for sid in [one.sid for one in left]:
            lines[f"links_{sid}"] = cmd_line("dir", ["/b", "/al", self._place.results(sid)])
            for stream in ("out", "err"):
                lines[f"{stream}_{sid}"] = cmd_line("type", [self._place.result(sid, stream)])
        try:
            reads = read(self.runner, lines) if lines else Reads()
        except StepFailed as error:
            if len(left) == 1:
                self._fail(left[0], str(error))
                return
            for one in left:
                self._read_back([one], looks)
            return
        for one in left:
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
        """Remove tasks and files."""
        lines = [schtasks.delete_line(self._place.task(one.sid)) for one in self.seen.developers if one.user.profile]
        lines += self._place.removal()
        self.runner.run(Batch(lines).line, timeout=120)


def _small_groups(developers: t.Sequence[Developer], looks: t.Mapping[str, _Look]) -> list[list[Developer]]:
    """DEVELOPERS in groups whose results one command can read: by number, and by size."""
    groups: list[list[Developer]] = []
    for one in developers:
        group = groups[-1] if groups else []
        size = sum(looks[each.sid].size for each in [*group, one])
        if group and len(group) < _AT_ONCE and size <= plans.MOST_BYTES:
            group.append(one)
        else:
            groups.append([one])
    return groups
