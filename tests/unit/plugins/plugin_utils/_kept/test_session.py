# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with a job when a session does this or that: has it begun, or may it have?"""

from __future__ import annotations

import base64
import json
import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.session import KeptSession, NotBegun
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import DistributionUnreachable, LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandOver,
    Completed,
    HostUnreachable,
    NotSent,
    OutputTooLong,
)

Event = t.Union[bytes, Exception, t.Callable[[str], bytes]]


class FakeCommand:
    """An open command. Receives come from a list; a function in it is called with the mark of the session."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.receives: list[Event] = [ready]
        self.fail: Exception | None = None
        self.ended = 0
        self.mark = ""

    def send(self, data: bytes) -> None:
        if self.fail is not None:
            raise self.fail
        self.sent.append(data)
        if not self.mark:
            self.mark = json.loads(data.splitlines()[1])["mark"]

    def receive(self) -> bytes:
        event = self.receives.pop(0)
        if isinstance(event, Exception):
            raise event
        return event if isinstance(event, bytes) else event(self.mark)

    def end(self) -> None:
        self.ended += 1


class FakeRunner:
    """Opens the one command."""

    def __init__(self) -> None:
        self.command = FakeCommand()
        self.lines: list[str] = []

    def open(self, line: str) -> FakeCommand:
        self.lines.append(line)
        return self.command

    def run(self, line: str, stdin: t.Any = b"", timeout: float | None = None) -> Completed:
        return Completed(0, b"wsl.exe", b"")

    def converse(self, line: str, dialogue: t.Any, stdin: t.Any = b"") -> Completed:
        raise NotImplementedError


def ready(mark: str) -> bytes:
    return f'noise\r\n{mark}{{"ready": "3.11.2", "pid": 7}}\n'.encode()


def answer(number: int = 1, code: int = 0, **more: t.Any) -> t.Callable[[str], bytes]:
    described = {"job": number, "code": code, "out": ["text", 2], "err": ["text", 1], **more}
    return lambda mark: f"{mark}{json.dumps(described)}\nokE".encode()


def begun(number: int) -> t.Callable[[str], bytes]:
    return lambda mark: f'{mark}{{"job": {number}, "begun": true}}\n'.encode()


def over(code: int = 1, stderr: bytes = b"", stdout: bytes = b"") -> CommandOver:
    return CommandOver(Completed(code, stdout, stderr))


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(runner: FakeRunner, clock: Clock) -> KeptSession:
    linux = LinuxRunner(t.cast(t.Any, runner), "pc", "Debian-12", "root")
    return KeptSession(linux, t.cast(t.Any, runner), "/usr/bin/python3", 60, clock)


def never() -> bool:
    return False


def test_a_job(session: KeptSession, runner: FakeRunner) -> None:
    session.start()
    runner.command.receives = [b"", answer(code=3)]
    assert session.run("true", b"", never) == Completed(3, b"ok", b"E")
    assert json.loads(runner.command.sent[1].partition(b"\n")[0])["shell"] == "true"
    assert "--exec /bin/sh -c" in runner.lines[0], "the line that leads into Linux for everything else"
    assert runner.command.ended == 0


def test_the_mark_is_another_one_each_time_and_on_no_command_line(session: KeptSession, runner: FakeRunner) -> None:
    session.start()
    first = runner.command.mark
    assert re.fullmatch("[0-9a-f]{32}", first) and first not in runner.lines[0]
    hello = json.loads(runner.command.sent[0].splitlines()[1])
    assert hello["silence"] > 60
    program = re.search(rb"echo ([A-Za-z0-9+/=]+)\|base64 -d\|/usr/bin/python3", runner.command.sent[0])
    assert program is not None
    compile(base64.b64decode(program.group(1)), "service", "exec")
    runner.command.mark, runner.command.receives = "", [ready]
    session.start()
    assert runner.command.mark != first


@pytest.mark.parametrize(
    "receives, message",
    [
        ([over(127, b"sh: 1: /usr/bin/python3: not found\nwslfleet-exit-127\n")], "python3 did not start: .*not found"),
        ([b"x" * 70_000], "it printed something else"),
    ],
)
def test_a_python_that_does_not_come_up(
    session: KeptSession, runner: FakeRunner, receives: list[Event], message: str
) -> None:
    runner.command.receives = receives
    with pytest.raises(NotBegun, match=message):
        session.start()
    assert runner.command.ended == 1


def test_a_distribution_that_cannot_be_entered(session: KeptSession, runner: FakeRunner) -> None:
    text = "There is no distribution.\r\nError code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n".encode("utf-16-le")
    runner.command.receives = [over(0xFFFFFFFF, b"", text)]
    with pytest.raises(DistributionUnreachable):
        session.start()


@pytest.mark.parametrize("failure", [NotSent("pc: nothing listens"), over(1)])
def test_what_was_not_sent_has_not_begun(session: KeptSession, runner: FakeRunner, failure: Exception) -> None:
    session.start()
    runner.command.fail = failure
    with pytest.raises(NotBegun, match="the session has ended"):
        session.run("true", b"", never)
    with pytest.raises(NotBegun, match="there is no session"):
        session.run("true", b"", never)


def test_what_may_have_been_sent_may_have_begun(session: KeptSession, runner: FakeRunner) -> None:
    session.start()
    runner.command.fail = HostUnreachable("pc: lost")
    with pytest.raises(HostUnreachable, match="pc: lost"):
        session.run("true", b"", never)


@pytest.mark.parametrize(
    "event, message",
    [
        (over(137, b"wslfleet-exit-137\n"), r"distribution Debian-12 on pc: the kept Python ended \(exit code 137\)"),
        (over(1), "it stopped before the command ended"),
        (HostUnreachable("pc: the connection was dropped"), "the connection was dropped"),
        (answer(number=9), "the kept Python is damaged"),
        (answer(out=["text", -1]), "the kept Python is damaged"),
    ],
)
def test_what_is_lost_in_the_middle(session: KeptSession, runner: FakeRunner, event: Event, message: str) -> None:
    session.start()
    runner.command.receives = [event]
    with pytest.raises(HostUnreachable, match=message):
        session.run("true", b"", never)
    with pytest.raises(NotBegun):
        session.run("true", b"", never)


def test_a_job_that_nobody_waits_for(session: KeptSession, runner: FakeRunner) -> None:
    session.start()
    runner.command.receives = [b""]
    with pytest.raises(HostUnreachable, match="the kept session was ended before the command did"):
        session.run("true", b"", lambda: True)


def test_too_much_output_leaves_the_session(session: KeptSession, runner: FakeRunner) -> None:
    session.start()
    runner.command.receives = [answer(long=True), answer(number=2)]
    with pytest.raises(OutputTooLong, match="printed more than 16 MiB and was ended"):
        session.run("yes", b"", never)
    assert session.run("true", b"", never).exit_code == 0


@pytest.mark.parametrize("while_sending", [True, False])
def test_a_flood_beside_the_answers_ends_the_session(
    session: KeptSession, runner: FakeRunner, while_sending: bool
) -> None:
    session.start()
    flood = OutputTooLong("pc: too much")
    runner.command.fail = flood if while_sending else None
    runner.command.receives = [flood]
    with pytest.raises(OutputTooLong):
        session.run("true", b"", never)
    assert runner.command.ended == 1
    with pytest.raises(NotBegun, match="there is no session"):
        session.run("true", b"", never)


def test_after_a_pause_a_job_confirms_that_it_begins(session: KeptSession, runner: FakeRunner, clock: Clock) -> None:
    session.start()
    runner.command.receives = [answer(), begun(2), answer(number=2), answer(number=3)]
    for pause in (0.0, 1.0, 0.1):
        clock.now += pause
        assert session.run("true", b"", never).exit_code == 0
    headers = [json.loads(sent.partition(b"\n")[0]) for sent in runner.command.sent[1:]]
    assert [header.get("confirm", False) for header in headers] == [False, True, False]


def test_a_distribution_that_was_terminated_in_a_pause(session: KeptSession, runner: FakeRunner, clock: Clock) -> None:
    session.start()
    clock.now += 1
    runner.command.receives = [over(1)]
    with pytest.raises(NotBegun, match="the session has ended"):
        session.run("true", b"", never)


def test_a_distribution_that_is_terminated_later(session: KeptSession, runner: FakeRunner, clock: Clock) -> None:
    session.start()
    clock.now += 1
    runner.command.receives = [begun(1), over(1)]
    with pytest.raises(HostUnreachable, match="it stopped before the command ended"):
        session.run("true", b"", never)
