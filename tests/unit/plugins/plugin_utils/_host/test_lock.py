# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import re
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock as h
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

from tests.unit.scripted_runner import ScriptedRunner

HERE = h.holder_here(60)


def test_a_name_holds_the_whole_holder() -> None:
    assert h.Holder.read(HERE.name) == HERE
    now = h.holder_here(60)  # Tests may run in processes of their own.
    assert (now.process, now.until - now.since) == (os.getpid(), 360)
    assert h.Holder.read(replace(HERE, machine="").name) == replace(HERE, machine="")


@pytest.mark.parametrize(
    "name",
    ["", "x", HERE.name + "x", HERE.name.replace("@", "&"), "1_2_a_b_3_4"],
    ids=["empty", "one letter", "one letter more", "another sign", "too short"],
)
def test_any_other_name_is_nobodys(name: str) -> None:
    assert h.Holder.read(name) is None


@pytest.mark.parametrize(
    ("change", "over"),
    [
        ({}, True),  # this very process: what it left before
        ({"process": os.getppid(), "started": h.started_at(os.getppid())}, False),
        ({"process": os.getppid(), "started": 1}, True),
        ({"process": 999999999, "started": 5}, True),
        ({"machine": "other"}, False),
        ({"machine": ""}, False),
        ({"machine": "other", "until": HERE.since - 1}, True),
    ],
)
def test_who_works_no_more(change: dict[str, t.Any], over: bool) -> None:
    assert replace(HERE, **change).is_over(HERE) is over


def test_a_process_that_is_not_there() -> None:
    assert h.started_at(999999999) == 0


def test_a_lost_connection_is_no_failure_of_the_lock() -> None:
    def lost(line: str, stdin: bytes) -> t.Any:
        raise HostUnreachable("lost")

    with ScriptedRunner([(h.re.compile(""), lost)]) as runner, pytest.raises(HostUnreachable), h.alone(runner, 60):
        raise AssertionError


def test_what_was_cut_short() -> None:
    refused = pytest.raises(StepFailed, match="looking for another run")
    with ScriptedRunner([(re.compile(""), Completed(1, b"", b""))]) as runner, refused, h.alone(runner, 60):
        raise AssertionError


def test_a_laptop_that_others_hold_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run holds it, ends, and leaves it; what nobody has put there, and an answer that is none, are told."""
    other = replace(HERE, machine="", nonce="0" * 8)
    mine = h.holder_here(60)
    monkeypatch.setattr(h, "holder_here", lambda seconds: mine)
    held = [[other.name], [], [mine.name], []]
    monkeypatch.setattr(h, "_after", lambda runner, attempt: held.pop(0))
    monkeypatch.setattr(h, "_release", lambda runner, holder: None)
    slept: list[float] = []
    with ScriptedRunner([]) as runner, h.alone(runner, 60, slept.append) as waited:
        assert (waited, len(slept), len(held)) == (True, 1, 1)
    monkeypatch.setattr(h, "_after", lambda runner, attempt: ["notes.txt"])
    with ScriptedRunner([]) as runner, pytest.raises(StepFailed, match="which no run has put there"), h.alone(
        runner, 60
    ):
        pass
    monkeypatch.setattr(h, "_after", lambda runner, attempt: [other.name])
    with ScriptedRunner([]) as runner, pytest.raises(StepFailed, match="another run works"), h.alone(
        runner, 60, slept.append
    ):
        pass
    assert sum(slept) > h.WAIT_SECONDS


def test_a_run_that_is_over_is_followed_and_an_empty_lock_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = h.holder_here(60)
    over = replace(mine, machine="", nonce="0" * 8, until=mine.since - 1)
    monkeypatch.setattr(h, "holder_here", lambda seconds: mine)
    monkeypatch.setattr(h, "_release", lambda runner, holder: None)
    tried: list[str] = []

    def answer(runner: t.Any, attempt: str) -> list[str]:
        tried.append(attempt)
        return [over.name] if len(tried) == 1 else []

    monkeypatch.setattr(h, "_after", answer)
    with ScriptedRunner([]) as runner, h.alone(runner, 60) as waited:
        assert not waited
    assert tried[1].startswith("ren ") and "rd " in tried[2]
    assert len(tried) == 4, "an account that may not make the lock works without"
