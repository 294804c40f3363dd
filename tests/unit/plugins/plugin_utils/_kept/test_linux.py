# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way a command goes, and what is said of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.client import KeptFailed, NotKept
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.linux import KeptLinux
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Before
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

PYTHON = "/bin/sh -c '/opt/python3 && sleep 0'"


class Stage:
    """A kept session that does what ``outcome`` says, and the ordinary way beside it."""

    def __init__(self) -> None:
        self.outcome: t.Any = (0, b"kept", b"")
        self.started: list[str] = []
        self.ordinary: list[tuple[t.Any, ...]] = []
        self.notes: list[str] = []
        self.where = "distribution Debian-12 on pc"
        self.may_start: list[bool] = []
        self.before: list[t.Any] = []
        runs = t.cast(t.Any, self)
        kept = t.cast(t.Any, type("Kept", (), {"run": lambda _self, *arguments: self.kept(*arguments)})())
        self.linux = KeptLinux(
            kept, lambda: runs, lambda _listener, python: self.started.append(python.interpreter), self.notes.append
        )

    def kept(self, command: str, payload: bytes, start: t.Any, before: t.Any) -> tuple[int, bytes, bytes]:
        self.before.append(before)
        self.may_start.append(start is not None)
        if start is not None:
            start(None)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return t.cast("tuple[int, bytes, bytes]", self.outcome)

    def run(self, *arguments: t.Any) -> Completed:
        self.ordinary.append(arguments)
        return Completed(0, b"ordinary", b"")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_program_starts_a_session_for_its_python(stage: Stage) -> None:
    assert stage.linux.run(PYTHON, b"x") == Completed(0, b"kept", b"")
    assert stage.started == ["/opt/python3"]
    assert stage.ordinary == []


def test_other_commands_start_none(stage: Stage) -> None:
    assert stage.linux.run("true").stdout == b"kept"
    stage.outcome = NotKept("there is no session")
    assert stage.linux.run("true", b"y").stdout == b"ordinary"
    assert stage.may_start == [False, False]
    assert stage.ordinary == [("true", b"y", None, None)]
    assert stage.notes == []


def test_what_has_not_begun_goes_the_ordinary_way_once_and_says_so(stage: Stage) -> None:
    stage.outcome = NotKept("the session is busy")
    assert stage.linux.run(PYTHON, b"x").stdout == b"ordinary"
    assert stage.ordinary == [(PYTHON, b"x", None, None)]
    assert stage.notes == ["not through the kept session: the session is busy"]


@pytest.mark.parametrize("kind, error", [("HostUnreachable", HostUnreachable), ("OutputTooLong", StepFailed)])
def test_what_may_have_begun_is_not_run_again(stage: Stage, kind: str, error: type[Exception]) -> None:
    stage.outcome = KeptFailed(kind, "pc: lost\x1b[2J")
    with pytest.raises(error, match=r"pc: lost\\x1b") if kind == "HostUnreachable" else pytest.raises(error):
        stage.linux.run(PYTHON, b"x")
    assert stage.ordinary == []


def test_a_time_limit_goes_the_ordinary_way(stage: Stage) -> None:
    assert stage.linux.run(PYTHON, b"x", timeout=3).stdout == b"ordinary"
    assert stage.may_start == []


def test_steps_go_the_same_way(stage: Stage) -> None:
    steps = Before("script\n", b"stdin", "token")
    stage.linux.run(PYTHON, b"x", before=steps)
    stage.outcome = NotKept("the session is busy")
    stage.linux.run(PYTHON, b"x", before=steps)
    assert stage.before == [steps, steps]
    assert stage.ordinary == [(PYTHON, b"x", None, steps)]


def test_where(stage: Stage) -> None:
    assert stage.linux.where == "distribution Debian-12 on pc"
