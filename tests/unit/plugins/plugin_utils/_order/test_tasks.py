# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task for each user, against answers written here. Simulated laptops: tests/integration/windows/test_bundle.py."""

from __future__ import annotations

import contextlib
import json
import re
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import cuda_bundle
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive, expand
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import tasks as b
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates, schtasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import registry_query

from tests.unit.host_answers import BATCH, GUID, HostAnswers, fresh, reg, with_features, with_wsl
from tests.unit.plugins.action.windows_action import run_action
from tests.unit.scripted_runner import ScriptedRunner

SID = "S-1-5-21-1111111111-2222222222-3333333333-1002"
PROFILES = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
PLACE = plans.Place("Debian")
PLANNED = tuple(expand.expand([{"module": "cuda_audit_info", "register": "audit"}]))
GOAL = b.Goal("Debian", ("anna",), b"payload", PLANNED, on_battery=True, timeout=100)
QUERY = schtasks.query_line(PLACE.task(SID))
RUNNING, NEVER_RUN, REFUSED = 0x41301, 0x41303, 0x800710E0
AUDIT = {
    "changed": True,
    "clean": True,
    "driver_packages": [],
    "toolkits": [],
    "default_nvcc": "",
    "rows": [],
    "failures": [],
}
ROWS = [{"module": "cuda_audit_info", "register": "audit", "result": AUDIT}]
SIZES = cmd_line("dir", ["/-c", "/a-d", PLACE.results(SID)])
_PARTS = re.compile(r"(?:wslfleet-begin|wslfleet-\d+-1)&(.*?)&&echo wslfleet-(\d+)-0")


class Host:
    """A laptop on which anna has Debian. ``task`` answers what is read of her task, one look after the other."""

    def __init__(self, *tasks: int | None, logged_on: bool = True, has_it: bool = True) -> None:
        self.answers = host(logged_on, has_it)
        self.tasks = list(tasks)
        self.done_after = 0
        self.looks = 0
        self.registers = True
        self.folder = True
        self.lines: list[str] = []
        self.sent: list[bytes] = []
        self.cut = ""
        self.silent = False

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``CommandRunner.run``."""
        if self.cut and self.cut in line:
            raise HostUnreachable("lost")
        self.lines.append(line)
        self.sent.append(stdin if isinstance(stdin, bytes) else b"")
        if not line.startswith("echo wslfleet-begin") or (self.silent and "/Create" in line):
            return Completed(0, b"", b"")
        self.looks += "done.txt" in line
        output = b"wslfleet-begin\r\n"
        for part, number in _PARTS.findall(line):
            found = self._part(part)
            output += (found or b"") + f"wslfleet-{number}-{0 if found is not None else 1}\r\n".encode()
        return Completed(0, output, b"")

    def _part(self, part: str) -> bytes | None:
        if part == QUERY:
            code = self.tasks.pop(0) if len(self.tasks) > 1 else self.tasks[0] if self.tasks else None
            return None if code is None else f'"PC","\\x","N/A","","","","{code}",""\r\n'.encode()
        if part.startswith("type") and "done.txt" in part:
            return b"ended\r\n" if self.looks > self.done_after else None
        if "/Create" in part:
            return b"" if self.registers else None
        known = self.answers.get(part)
        if known is None and (
            "icacls" in part or part.startswith(("md", "rd", "del")) or "tar.exe" in part or "/Run" in part
        ):
            return b"" if self.folder else None
        return known


def host(logged_on: bool, has_it: bool) -> HostAnswers:
    answers = with_wsl(with_features(fresh()))
    users = q.users()
    answers[users["profiles"]] += reg(f"{PROFILES}\\{SID}", ("ProfileImagePath", "REG_EXPAND_SZ", "C:\\Users\\anna"))
    answers[users["hives"]] += f"HKEY_USERS\\{SID}\r\n".encode()
    lxss = f"HKEY_USERS\\{SID}\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
    values = [("State", "REG_DWORD", "0x1"), ("DistributionName", "REG_SZ", "Debian"), ("BasePath", "REG_SZ", "C:\\x")]
    distribution = reg(f"{lxss}\\{GUID}", *values, ("Flags", "REG_DWORD", "0xf"))
    answers[q.distributions_of(SID)[f"lxss_{SID}"]] = distribution if has_it else reg(lxss)
    if logged_on:
        session = f"HKEY_USERS\\{SID}\\Volatile Environment"
        answers[q.session_of(SID)[f"session_{SID}"]] = reg(session) + reg(f"{session}\\1")
    printed = json.dumps({"bundle": "Debian", "rows": ROWS}).encode()
    answers[SIZES] = f"01.02.2026  10:00 {len(printed):>17} {SID}-out.txt\r\n".encode()
    answers[cmd_line("type", [PLACE.result(SID, "out")])] = printed + b"\n"
    answers[cmd_line("type", [PLACE.result(SID, "err")])] = b"wslfleet-exit-10\n"
    return answers


def work(laptop: Host, goal: b.Goal = GOAL) -> plans.Outcome:
    """What became of anna."""
    seen = b.observe(laptop, goal, None)
    task = b.Work(laptop, goal, seen, sleep=lambda _seconds: None)
    task.run()
    return task.outcomes[SID]


def test_the_result_comes_back_and_everything_goes_away() -> None:
    laptop = Host(None, RUNNING, 0)
    laptop.done_after = 1
    assert work(laptop).rows[0]["result"] == {**AUDIT, "failed": False}
    assert "/Delete" in laptop.lines[-1]
    assert f'rd "{PLACE.folder}"' in laptop.lines[-1]
    assert len(laptop.lines) == 8
    [sent] = [data for data in laptop.sent if data]
    assert b"payload" in sent
    assert GOAL.identity.encode() in sent


def test_while_it_works_its_progress_is_shown() -> None:
    """One line for each thing that is new; from what the task has printed so far, with no other command."""
    laptop, shown = Host(None, RUNNING, RUNNING, RUNNING, RUNNING, 0), []
    laptop.done_after = 4
    err, printed = cmd_line("type", [PLACE.result(SID, "err")]), b""
    told = [{"step": "Guard"}, {"step": "Guard"}, {"step": "T", "transaction": {"progress": 12, "text": "Unpacking x"}}]
    lines = [b""] + [f"wslfleet-progress {json.dumps({'id': 'mine', **one})}\n".encode() for one in told]

    def sleep(_seconds: float) -> None:
        nonlocal printed
        printed += lines.pop(0) if lines else b"wslfleet-exit-10\n"
        laptop.answers[err] = printed

    goal = replace(GOAL, order="mine")
    work = b.Work(laptop, goal, b.observe(laptop, goal, None), sleep=sleep, show=shown.append)
    work.run()
    assert work.outcomes[SID].rows
    assert shown == ["anna: Guard", "anna: apt 12%: Unpacking x"]
    assert sum(err in line for line in laptop.lines) == 6, "five looks, and the result"


@pytest.mark.parametrize(
    ("task", "logged_on", "outcome"),
    [
        (REFUSED, True, plans.Outcome(waiting="not_logged_on")),
        (0x80070569, False, plans.Outcome(waiting="no_right")),
        (0x8007052E, False, plans.Outcome(waiting="no_token")),
    ],
)
def test_a_task_that_cannot_start(task: int, logged_on: bool, outcome: plans.Outcome) -> None:
    laptop = Host(None, task, logged_on=logged_on)
    laptop.done_after = 10**6
    assert work(laptop) == outcome
    assert set(plans.REASONS) >= {outcome.waiting}


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (RUNNING, "did not end within 100 s"),
        (NEVER_RUN, "its task has not started; run again"),
        (5, "ended without a result (last result 0x5); run again"),
        (None, "ended without a result (it is gone); run again"),
    ],
)
def test_a_task_that_leaves_nothing(task: int | None, message: str) -> None:
    laptop = Host(None, task)
    laptop.done_after = 10**6
    assert message in work(laptop).failure


@pytest.mark.parametrize("logged_on", [True, False])
def test_a_task_that_is_refused(logged_on: bool) -> None:
    laptop = Host(None, logged_on=logged_on)
    laptop.registers = False
    outcome = work(laptop)
    assert (outcome.waiting, "registered no task" in outcome.failure) == ("" if logged_on else "no_token", logged_on)


def test_a_link_and_a_giant_are_not_read() -> None:
    laptop = Host(None, 0)
    laptop.answers[cmd_line("dir", ["/b", "/al", PLACE.results(SID)])] = b"x\r\n"
    assert "has become a link" in work(laptop).failure
    laptop = Host(None, 0)
    laptop.answers[SIZES] = f"01.02.2026  10:00 9999999999 {SID}-out.txt\r\n".encode()
    assert "its result has 9999999999 bytes and was not read" in work(laptop).failure
    assert not [line for line in laptop.lines if "type" in line and "out.txt" in line]


def test_who_has_no_such_distribution() -> None:
    laptop = Host(None, has_it=False)
    assert "distribution Debian of anna: no distribution has that name" in work(laptop).failure
    assert len(laptop.lines) == 3


@pytest.mark.parametrize("same", [True, False])
def test_what_an_earlier_run_left_working(same: bool) -> None:
    laptop = Host(RUNNING, RUNNING, 0)
    laptop.answers[cmd_line("type", [PLACE.identity])] = (GOAL.identity if same else "other").encode()
    assert work(laptop).rows
    assert bool([line for line in laptop.lines if "/Create" in line]) is not same


def test_a_lost_connection_cleans_up_later() -> None:
    laptop = Host(None, RUNNING)
    laptop.cut = "/Create"
    with pytest.raises(HostUnreachable, match="lost"):
        work(laptop)
    assert not [line for line in laptop.lines if "/Delete" in line]


def test_a_folder_that_cannot_be_protected() -> None:
    laptop = Host(None)
    laptop.folder = False
    with pytest.raises(StepFailed, match="cannot be made and protected"):
        work(laptop)
    assert "/Delete" in laptop.lines[-1]


def test_tasks_whose_start_was_cut_short() -> None:
    laptop = Host(None)
    laptop.silent = True
    with pytest.raises(StepFailed, match="starting the tasks of distribution Debian failed: "):
        work(laptop)
    assert "/Delete" in laptop.lines[-1]


def test_refused_before_anything() -> None:
    laptop = Host(None)
    del laptop.answers[registry_query("HKU\\S-1-5-19")]
    with pytest.raises(StepFailed, match="no administrator rights"):
        work(laptop)
    laptop = Host(None)
    laptop.answers.update(dict.fromkeys(q.wsl().values(), b""))
    with pytest.raises(StepFailed, match="WSL is not installed"):
        work(laptop)


@pytest.fixture(autouse=True)
def no_other_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is tested by tests/integration/windows/test_two_runs.py."""
    monkeypatch.setattr(lock, "alone", lambda _runner, _seconds: contextlib.nullcontext())


STEPS = [{"module": "cuda_audit_info", "register": "audit"}]


def test_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(b, "WAITS", (0.0,))
    laptop = Host(None, 0)
    args = {"name": "Debian", "windows_user": "anna", "steps": STEPS}
    script = [(re.compile(""), lambda line, stdin: laptop.run(line, stdin))] * 7
    result = run_action(cuda_bundle.ActionModule, args, script, diff=True)
    assert (result.get("msg"), result["changed"], result["name"]) == (None, True, "Debian")
    assert result["windows_users"][0]["results"]["audit"]["clean"] is True

    laptop = Host(None, has_it=False)
    result = run_action(cuda_bundle.ActionModule, args, script[:3])
    assert (result["failed"], result["msg"][:41]) == (True, "laptop-7: distribution Debian of anna: no")


def test_certificates_of_windows_are_brought_along(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[t.Any] = []
    monkeypatch.setattr(certificates, "read_certificates", lambda _runner, names: asked.append(names) or [b"der"])
    sent: list[dict[str, t.Any]] = []

    def pack(document: dict[str, t.Any]) -> bytes:
        sent.append(document)
        return b""

    monkeypatch.setattr(archive, "archive", pack)
    laptop = Host(None, has_it=False)
    thumbprint = "2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12"
    steps = [
        {"module": "distribution_network", "arguments": {"windows_certificates": thumbprint, "certificates": ["x"]}},
        {"module": "cuda_legacy"},
    ]
    script = [(re.compile(""), lambda line, stdin: laptop.run(line, stdin))] * 3
    run_action(cuda_bundle.ActionModule, {"name": "Debian", "windows_user": "anna", "steps": steps}, script)
    first, second = (step["arguments"] for step in sent[0]["steps"])
    assert (asked, first["certificates"][0], second) == ([[thumbprint]], "x", {})
    assert first["certificates"][1].startswith("-----BEGIN CERTIFICATE-----")
    assert "windows_certificates" not in first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "De bian"}, "cannot be the name of a distribution"),
        ({"steps": [{"module": "shell"}]}, "value of module must be one of"),
        ({"steps": []}, "there is none to run"),
        ({"stop_if": "x.y"}, "stop_if: 'x.y' is no result"),
    ],
)
def test_wrong_options_ask_nothing_of_the_host(change: dict[str, t.Any], message: str) -> None:
    args = {"name": "Debian", "windows_user": ["anna"], "steps": STEPS, **change}
    result = run_action(cuda_bundle.ActionModule, args, [])
    assert (result["failed"], message in result["msg"]) == (True, True), result["msg"]


def test_more_developers_than_one_command_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are served one group after the other; each arrives with its work in one command, as a single one does."""
    sids = [f"S-1-12-1-1111111111-2222222222-3333333333-44444444{number:02}" for number in range(13)]
    users = [User(sid, f"dev{sid[-2:]}", f"C:\\Users\\{sid[-2:]}", loaded=False, connected=False) for sid in sids]
    accounts = [b.Developer(user, logged_on=False, lacks=False, task=None) for user in users]
    work = b.Work(ScriptedRunner([(BATCH, HostAnswers())]), GOAL, b.State("C:\\wsl.exe", accounts, ""))
    groups: list[int] = []

    def start(group: t.Sequence[b.Developer]) -> None:
        groups.append(len(group))
        lines = ["tar.exe" * 50, *(work._start_line(one.sid) for one in group), "del" * 30]
        assert len(b.Batch(lines).line) < 8191
        work.outcomes.update({one.sid: plans.Outcome(waiting="no_token") for one in group})

    monkeypatch.setattr(work, "_start", start)
    work.run()
    assert (groups, len(work.outcomes)) == ([6, 6, 1], 13)
