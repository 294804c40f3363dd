# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that is talked to for longer; a shell of this machine stands in for ssh."""

from __future__ import annotations

import subprocess
import time
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import ssh_open
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandOver,
    HostUnreachable,
    NotSent,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.ssh_line import SshLine
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.ssh_open import OpenSsh

BEGINS = "echo notice; printf 'MM\\r\\n'; printf 'MM\\r\\n' >&2;"
ENDS = ";printf 'MM-%s\\r\\n' $? >&2"


class Started:
    """An OpenSsh on a shell that runs a script, as core starts it."""

    def __init__(self, script: str) -> None:
        self.opened = OpenSsh(SshLine("line", "MM", "MM"), "pc", lambda text: HostUnreachable(f"pc: lost: {text}"))
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(["/bin/sh", "-c", script], stdin=pipe, stdout=pipe, stderr=pipe)

    def carry(self) -> None:
        self.opened.carry(self.process.stdin, self.opened, self.process)


@pytest.fixture
def start() -> t.Iterator[t.Callable[[str], OpenSsh]]:
    made: list[Started] = []

    def begun(script: str) -> OpenSsh:
        made.append(Started(BEGINS + script))
        with pytest.raises(ssh_open.Taken):
            made[-1].carry()
        return made[-1].opened

    yield begun
    for one in made:
        one.opened.end()
        assert one.process.returncode is not None


def received(opened: OpenSsh, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += opened.receive()
    return data


def over(opened: OpenSsh) -> CommandOver:
    with pytest.raises(CommandOver) as caught:
        while True:
            opened.receive()
    return caught.value


def test_questions_and_answers(start: t.Callable[[str], OpenSsh]) -> None:
    opened = start("while read line; do echo got $line; done")
    for number in range(3):
        opened.send(f"{number}\n".encode())
        assert received(opened, 6) == f"got {number}\n".encode()


def test_bytes_and_more_than_pipes_hold(start: t.Callable[[str], OpenSsh]) -> None:
    """Neither side waits for the other."""
    data = bytes(range(256)) * 4000
    opened = start("cat")
    opened.send(data)
    assert received(opened, len(data)) == data


def test_a_silent_while(start: t.Callable[[str], OpenSsh], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_open, "_SILENT_SECONDS", 0.1)
    before = time.monotonic()
    assert start("exec sleep 1").receive() == b""
    assert time.monotonic() - before < 0.9


def test_it_ends(start: t.Callable[[str], OpenSsh]) -> None:
    opened = start(f"echo last; echo why >&2; (exit 7){ENDS}")
    assert received(opened, 5) == b"last\n"
    completed = over(opened).completed
    assert (completed.exit_code, completed.stdout, completed.stderr) == (7, b"", b"why\n")


def test_it_has_ended_before_something_is_sent(start: t.Callable[[str], OpenSsh]) -> None:
    """Also where somebody else keeps stderr open, as a ControlPersist of older versions of ssh does."""
    opened = start(f"sleep 3 >/dev/null & (exit 7){ENDS}")
    time.sleep(0.2)
    with pytest.raises(CommandOver, match="exit code 7"):
        opened.send(b"x" * 1_000_000)


@pytest.mark.parametrize("script", ["exit 255", "exec <&-; sleep 0.3; exit 255"])
def test_lost_before_something_is_sent(start: t.Callable[[str], OpenSsh], script: str) -> None:
    opened = start(script)
    time.sleep(0.2)
    with pytest.raises(NotSent):
        opened.send(b"x" * 1_000_000)


def test_lost_in_the_middle(start: t.Callable[[str], OpenSsh]) -> None:
    opened = start("read line; echo 'Connection to pc closed by remote host.' >&2; exit 255")
    opened.send(b"line\n")
    with pytest.raises(HostUnreachable, match=r"pc: lost: .*closed by remote host"):
        while True:
            opened.receive()


def test_the_end_of_its_input_is_its_end(start: t.Callable[[str], OpenSsh]) -> None:
    opened = start("cat; echo done >&2")
    opened.end()
    assert b"done" in opened.stderr


@pytest.mark.parametrize("script", ["exec sleep 60", "trap '' TERM; exec sleep 60"])
def test_what_does_not_end_is_ended(
    start: t.Callable[[str], OpenSsh], monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(ssh_open, "_END_SECONDS", 0.2)
    monkeypatch.setattr(ssh_open, "_TERMINATE_SECONDS", 0.2)
    opened = start(script)
    before = time.monotonic()
    opened.end()
    opened.end()
    assert time.monotonic() - before < 5


def test_a_bound(start: t.Callable[[str], OpenSsh], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_open, "OUTPUT_BYTES", 1000)
    opened = start("read line; exec cat /dev/zero >&2")
    opened.send(b"line\n")
    with pytest.raises(OutputTooLong, match="pc: a kept session printed more than it may"):
        while True:
            opened.receive()
    assert len(opened.stderr) <= 1000


@pytest.mark.parametrize("script", ["echo 'Permission denied' >&2; exit 255", "echo notice; exit 0"])
def test_it_does_not_begin(script: str) -> None:
    """Core goes on with the process, and finds how it ended."""
    started = Started(script)
    started.carry()
    assert started.process.returncode is not None and started.process.stdin is not None
    assert started.process.stdin.closed
    started.opened.end()
