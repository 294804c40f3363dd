# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Hand a distribution over to other Windows users: observe, copy the image, run one task for each, read the results.

Files that the users can write are not trusted: links are refused, and only error codes are used.
"""

from __future__ import annotations

import hashlib
import time
import typing as t
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import (
    checked_copy,
    importing,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.apply import state_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import DistributionState, location
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts, keys, wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import damaged, find, registered_to
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import Batch, cmd_line, while_successful
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandRunner,
    CommandTimeout,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import ask as users_ask
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import (
    HELD_REASONS,
    Answer,
    Developer,
    to_ask,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.hand_over_line import (
    Place,
    developer_line,
    is_disk,
    mark,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.hand_over_plan import Plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.tasks import START_SECONDS
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import (
    archives,
    protected_folder,
    schtasks,
    sources,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files as windows_files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads, read, read_groups
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE, decode_text, error_code
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import run_wsl, wsl_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import bare_number, explain

POLL_SECONDS = 5.0
ALREADY_THERE = "ERROR_ALREADY_EXISTS"
_LOG_BYTES = 20_000
_WORD_BYTES = 10
"""Our tasks write fewer bytes than this as their result."""


@dataclass(frozen=True)
class State:
    """The host, before or after the hand-over."""

    state: DistributionState
    developers: list[Developer]
    left: bool
    """The folder of a hand-over exists."""
    identity: str = ""
    """Identity of the image in that folder; empty if there is none."""
    asked: bool = False
    """The folder of a question exists, because an earlier run was interrupted."""


@dataclass
class Outcome:
    """The outcome so far."""

    done: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    """SID -> a key of ``hand_over_plan.REASONS``."""
    failures: list[str] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)
    """SIDs of users whose task reported that they have the distribution."""

    @classmethod
    def before(cls, plan: Plan) -> Outcome:
        """The outcome before PLAN is carried out."""
        held = {one.sid: one.held for one in plan.held}
        return cls(waiting={**{one.sid: tasks.NOT_LOGGED_ON for one in plan.waiting}, **held})


def observe(runner: CommandRunner, goal: DistributionGoal, executable: str | None) -> State:
    """Two WinRS commands: the host, then the developers; one more for each result of a task.

    Raises StepFailed if a user cannot be found.
    """
    own = goal.from_distribution or goal.name
    lines = {**q.windows(), **q.services(), **q.wsl(), **q.own_distributions(), **q.users()}
    lines["list"] = wsl_line(executable or EXECUTABLE, ["--list", "--verbose"])
    reads = read(runner, lines)
    users = tasks.chosen(reads, goal.windows_user or [], f"distribution {goal.name} cannot be handed over")
    place = Place(goal.name)
    general = {
        "left": cmd_line("dir", ["/b", place.folder]),
        "identity": cmd_line("type", [place.identity]),
        "asked": cmd_line("dir", ["/b", users_ask.Place(goal.name).folder]),
    }
    second = read_groups(runner, [general, *(_developer_lines(one, goal, place) for one in users if one.profile)])
    ends = {user.sid: _end(runner, place, second, user.sid) for user in users}
    return State(
        state_of(reads, own, executable or wsl.wsl(reads).executable),
        [replace(_developer(user, goal, second), done=ends[user.sid]) for user in users],
        second.succeeded("left"),
        tasks.identity_in(second),
        second.succeeded("asked"),
    )


def ask(runner: CommandRunner, seen: State, goal: DistributionGoal, answers: dict[str, Answer]) -> State:
    """SEEN with the answers of those users' tasks that have to be asked. Costs nothing if nobody has to.

    :arg answers: SID -> answer in this run; the new ones are added.
    """
    known = remember(seen, answers).developers
    unknown = [one for one in to_ask(known, goal.on_battery) if one.answer is None]
    if unknown:
        answers.update(users_ask.ask(runner, unknown, goal.name, goal.on_battery))
    elif seen.asked:
        users_ask.clean_up(runner, goal.name, seen.developers)
    refused = [one for one in unknown if not one.loaded and answers[one.sid].refused]
    disks = users_ask.have_disks(runner, refused)
    developers = [replace(one, answer=answers.get(one.sid), disks=one.sid in disks) for one in known]
    return replace(seen, developers=developers)


def remember(seen: State, answers: t.Mapping[str, Answer]) -> State:
    """SEEN with the ANSWERS of this run, by SID."""
    return replace(seen, developers=[replace(one, answer=answers.get(one.sid)) for one in seen.developers])


def _developer_lines(user: User, goal: DistributionGoal, place: Place) -> dict[str, str]:
    sid = user.sid
    return {
        # Tasks and results first: if a task ends meanwhile, the lines below already read what it has registered.
        f"logon_task_{sid}": schtasks.query_line(place.task(sid, at_logon=True)),
        **tasks.look_lines(place, sid),
        **q.distributions_of(sid),
        **q.session_of(sid),
        f"disk_{sid}": cmd_line("dir", ["/b", f"{location(user.profile, goal)}\\ext4.vhdx"]),
        f"begun_{sid}": cmd_line("dir", ["/b", mark(user.profile, goal.name)]),
    }


def _developer(user: User, goal: DistributionGoal, reads: Reads) -> Developer:
    sid = user.sid
    return Developer(
        sid,
        user.name,
        user.profile,
        user.loaded,
        logged_on=accounts.has_session(reads.registry, sid),
        found=find(registered_to(reads.registry, sid), goal.name),
        damaged=bool(damaged(reads.registry, f"HKU\\{sid}\\{keys.LXSS_USER}")),
        place=location(user.profile, goal),
        disk=reads.succeeded(f"disk_{sid}"),
        begun=reads.succeeded(f"begun_{sid}"),
        task=tasks.last_result(reads, f"task_{sid}"),
        logon_task=tasks.last_result(reads, f"logon_task_{sid}"),
    )


def _end(runner: CommandRunner, place: Place, reads: Reads, sid: str) -> str:
    """How the task of SID ended: ok, failed, or SPOILED; empty if there is no result.

    The user can write anything into the file at any time, so it is read by a separate command, and only if it is short.
    """
    size = tasks.sizes(reads.output(f"sizes_{sid}")).get("done", 0)
    if reads.listed(f"links_{sid}") or size > _WORD_BYTES:
        return tasks.SPOILED
    if not size:
        return ""
    try:
        text = read(runner, {"done": cmd_line("type", [place.result(sid, "done")])}).output("done")
    except (OutputTooLong, CommandTimeout):
        return tasks.SPOILED
    return {b"ok\r\n": "ok", b"failed\r\n": "failed"}.get(text, "")


def apply(
    runner: CommandRunner,
    seen: State,
    goal: DistributionGoal,
    plan: Plan,
    timeout: float,
    outcome: Outcome,
    sleep: t.Callable[[float], None] = time.sleep,
) -> None:
    """Carry out PLAN; the failure of one developer does not affect the others.

    Tasks and files are removed at the end, also after an error, unless a user still has to log on.
    :raises StepFailed: at the end, with all failures.
    """
    place = Place(goal.name)
    work = _Work(runner, seen.state.executable, goal, place, timeout, outcome, sleep)
    with tasks.cleaned(partial(work.clean_up, seen.developers)):
        for one in plan.collect:
            work.attempt(one, partial(work.collect, one, at_logon=one.task is None))
        if plan.bring_image:
            work.bring_image([*plan.hand_over, *plan.waiting])
            for one in plan.hand_over:
                work.attempt(one, partial(work.hand_over, one))
    if outcome.failures:
        raise StepFailed("; ".join(outcome.failures))


@dataclass
class _Work:
    """One hand-over on one host."""

    runner: CommandRunner
    executable: str
    goal: DistributionGoal
    place: Place
    timeout: float
    outcome: Outcome
    sleep: t.Callable[[float], None]

    def attempt(self, developer: Developer, work: t.Callable[[], None]) -> None:
        """Do WORK for DEVELOPER and note a failure."""
        try:
            work()
        except (StepFailed, CommandTimeout) as error:
            self.outcome.failures.append(f"{developer.name}: {error}")

    def bring_image(self, developers: t.Sequence[Developer]) -> None:
        """Copy the image into a folder that the developers can read and cannot change."""
        for one in developers:
            self._run(schtasks.delete_line(self.place.task(one.sid)))
            self._run(schtasks.delete_line(self.place.task(one.sid, at_logon=True)))
        sids = [one.sid for one in developers]
        protected_folder.make(self.runner, self.place.folder, self.place.FILES, readers=sids)
        self._open_results(sids)
        image = self.place.image(is_disk(self.goal))
        source, sha256 = self.goal.source, self.goal.sha256
        if not source:
            what = f"exporting {self.goal.from_distribution}"
            args = ["--export", self.goal.from_distribution or "", image]
            run_wsl(self.runner, self.executable, args, what, timeout=self.timeout)
        elif sources.kind(source) == sources.HOST:
            checked_copy.bring(self.runner, source, sha256, image, self.timeout)
        else:
            if sources.kind(source) == sources.CONTROLLER:
                importing.check_here(Path(source), None)
            windows_files.fetch(self.runner, windows_files.Source(source, sha256), image, self.timeout)
        self.outcome.done.append(
            f"copy {addresses.masked(source or self.goal.from_distribution or '')} to the host as {image}"
        )

    def _open_results(self, sids: t.Sequence[str]) -> None:
        """Make the result files of SIDS, which only the user of each can write."""
        archives.upload_contents(self.runner, self.place.empty_results(*sids), 120)
        if self._run(while_successful(*(self.place.opened(sid) for sid in sids))) != 0:
            raise StepFailed(f"the files for results in {self.place.folder} could not be protected; run again")

    def hand_over(self, developer: Developer) -> None:
        """Import as DEVELOPER now, or at the next logon."""
        if not self._register(developer):
            if developer.logged_on:
                raise StepFailed(tasks.NO_TASK)
            self._leave_for_logon(developer, tasks.NO_TOKEN)
            return
        self._run(schtasks.run_line(self.place.task(developer.sid)))
        self.collect(developer)

    def _register(self, developer: Developer, at_logon: bool = False) -> bool:
        """Make the task of DEVELOPER. Returns False if Windows refuses it."""
        sid, in_session = developer.sid, developer.logged_on or at_logon
        line = developer_line(developer, self.goal, self.executable)
        task = tasks.task(self.place, sid, in_session, line, self.timeout, self.goal.on_battery)
        task = replace(task, name=self.place.task(sid, at_logon), at_logon=at_logon)
        file = self.place.description(sid)
        contents = {file: schtasks.xml(task), self.place.identity: identity(self.goal).encode()}
        archives.upload_contents(self.runner, contents, 120)
        return self._run(schtasks.create_line(task.name, file)) == 0

    def collect(self, developer: Developer, at_logon: bool = False) -> None:
        """Wait for the result of DEVELOPER's task, and note the outcome."""
        result = self._wait(developer, at_logon)
        if result == "ok":
            self.outcome.imported.add(developer.sid)
            self.outcome.done.append(f"import {self.goal.name} as {developer.name}")
        elif result == "failed":
            self._explain(developer, without_session=not (developer.logged_on or at_logon))
        elif result == tasks.ON_BATTERY:
            self.outcome.waiting[developer.sid] = result
        else:
            self._leave_for_logon(developer, result)

    def _wait(self, developer: Developer, at_logon: bool) -> str:
        """ok, failed, or the reason why the task did not start."""
        waited = 0.0
        task = schtasks.query_line(self.place.task(developer.sid, at_logon))
        lines = {**tasks.look_lines(self.place, developer.sid), f"task_{developer.sid}": task}
        while True:
            reads = read(self.runner, lines)
            code = tasks.last_result(reads, f"task_{developer.sid}")
            done = _end(self.runner, self.place, reads, developer.sid)
            if done == tasks.SPOILED:
                raise StepFailed(HELD_REASONS[done])
            if done:
                return done
            reason = tasks.why_not(code or 0, self.goal.on_battery)
            if reason:
                return reason
            why = tasks.why_nothing(code, waited, START_SECONDS, POLL_SECONDS)
            if why:
                raise StepFailed(f"the task {self.place.task(developer.sid, at_logon)} {why}")
            if waited >= self.timeout:
                raise StepFailed(f"the import did not end within {self.timeout:g} s; give it more time (timeout)")
            self.sleep(POLL_SECONDS)
            waited += POLL_SECONDS

    def _explain(self, developer: Developer, without_session: bool) -> None:
        """Raise StepFailed with the error of wsl.exe in one line; an existing distribution is no error.

        If WSL does not start without a session of the user, the task waits for the next logon.
        """
        log = read(self.runner, {"log": cmd_line("type", [self.place.result(developer.sid, "log")])})
        text = decode_text(log.output("log")[-_LOG_BYTES:])
        code = error_code(text)
        if code and code.endswith(ALREADY_THERE):
            self.outcome.imported.add(developer.sid)
            return
        if without_session and plans.needs_session(code or bare_number(text) or ""):
            self._run(cmd_line("del", ["/f", "/q", *self.place.empty_results(developer.sid)]))
            self._open_results([developer.sid])
            self._leave_for_logon(developer, plans.DENIED)
            return
        known = explain(code, text)
        raise StepFailed(f"importing {self.goal.name} failed [{code or 'no code'}]: {known.meaning}; {known.remedy}")

    def _leave_for_logon(self, developer: Developer, reason: str) -> None:
        if not self._register(developer, at_logon=True):
            raise StepFailed(tasks.NO_TASK)
        self.outcome.waiting[developer.sid] = reason
        self.outcome.done.append(f"leave a task that imports {self.goal.name} when {developer.name} logs on")

    def clean_up(self, developers: t.Sequence[Developer]) -> None:
        """Remove the tasks, and the files unless somebody waits."""
        kept = {sid for sid, reason in self.outcome.waiting.items() if reason in plans.WITH_TASK}
        lines = []
        for one in [one for one in developers if one.profile]:
            lines.append(schtasks.delete_line(self.place.task(one.sid)))
            if one.sid not in kept:
                lines.append(schtasks.delete_line(self.place.task(one.sid, at_logon=True)))
        if not kept:
            lines += self.place.removal()
        self.runner.run(Batch(lines).line, timeout=120)

    def _run(self, line: str, timeout: float = 120) -> int:
        return self.runner.run(line, timeout=timeout).exit_code


def verify(after: State, goal: DistributionGoal, outcome: Outcome) -> State:
    """AFTER, with the reports of the tasks. Raises StepFailed if a user who need not wait lacks the distribution.

    The registry decides if it can be read, otherwise the report of the task.
    """
    developers = [replace(one, imported=not one.loaded and one.sid in outcome.imported) for one in after.developers]
    lacking = [one.name for one in developers if not one.has_it and one.sid not in outcome.waiting]
    if lacking:
        raise StepFailed(
            f"distribution {goal.name} is not registered for {', '.join(lacking)} although the task reported success;"
            " run again"
        )
    return replace(after, developers=developers)


def identity(goal: DistributionGoal) -> str:
    """Identifies the image of GOAL, as far as possible without reading all of it: 64 hex digits.

    A distribution that is built here counts as one image, because it is only built for users who lack it.
    """
    told = [goal.source or f"distribution {goal.from_distribution}", (goal.sha256 or "").lower()]
    file = Path(goal.source or "")
    if goal.source and not goal.sha256 and sources.kind(goal.source) == sources.CONTROLLER and file.is_file():
        told += [str(file.stat().st_size), str(file.stat().st_mtime_ns)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def planned(seen: State, goal: DistributionGoal, assume: bool = False) -> Plan:
    """The steps from SEEN to GOAL; see ``hand_over_plan.plan``."""
    outdated = seen.identity not in ("", identity(goal))
    return plans.plan(seen.state, seen.developers, goal, seen.left, assume, outdated)


def as_result(developers: t.Sequence[Developer], waiting: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
    """One row for each developer, as the module returns it."""
    return [
        {
            "user": one.name,
            "sid": one.sid if one.profile else "",
            "present": one.has_it,
            "known": one.loaded,
            "refused": one.answer.refused if one.answer else "",
            "waiting": waiting.get(one.sid, ""),
            "reason": plans.REASONS.get(waiting.get(one.sid, ""), ""),
        }
        for one in developers
    ]
