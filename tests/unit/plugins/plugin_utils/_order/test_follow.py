# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An order on its way: looks while apt works, lost connections, answers that are none. Against answers written here."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import DistributionUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import expand, follow, launch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

STEPS = tuple(expand.expand([{"module": "cuda_legacy", "name": "Old keys"}, {"module": "cuda_guard", "name": "Guard"}]))
ROWS = [{**step, "seconds": 0.1, "result": {"failed": True, "msg": "no"}} for step in STEPS]
TRANSACTION = {"id": "t", "progress": 12.4, "text": "Unpacking x"}


def lost(begun: bool = False) -> HostUnreachable:
    error = HostUnreachable("laptop-7: lost")
    error.begun = begun
    return error


def says(**state: t.Any) -> Completed:
    """An answer of this order; ended with the failure of its first step unless STATE says otherwise."""
    told = {"bundle": "Debian", "id": "mine", "rows": ROWS[:1], "ended": True, "alive": False, **state}
    return Completed(10, json.dumps(told).encode(), b"")


WORKS = says(ended=False, alive=True, step="Guard", transaction=TRANSACTION)
INSTALLING = Completed(launch.INSTALLING, b"", b"")


class Way:
    """Answers in order; ``asked`` keeps whether the order was brought or looked at."""

    where = "distribution Debian on laptop-7"

    def __init__(self, *answers: Completed | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def run(self, command: str, payload: bytes = b"") -> Completed:
        """See ``follow.Way``."""
        assert ("state.json" in command) is not bool(payload)
        self.asked.append("bring" if payload else "look")
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def reopen(self) -> None:
        """See ``follow.Way``."""
        self.asked.append("reopen")


def carry_out(*answers: Completed | Exception, **goal: t.Any) -> tuple[plans.Outcome, list[str], list[str]]:
    """The outcome, what was asked, what was shown. A second passes with every answer, and with every one of sleep."""
    way, shown, now = Way(*answers), [], [0.0]
    told: t.Any = {
        "name": "Debian",
        "identity": "mine",
        "packed": b"PK",
        "steps": STEPS,
        "may_install": True,
        "proxy": "",
        "timeout": 3600,
        "reconnect_timeout": 300,
    }

    def sleep(seconds: float) -> None:
        now[0] += seconds

    work = follow.Work(way, follow.Goal(**{**told, **goal}), shown.append, sleep, lambda: now[0])
    outcome = work.run()
    assert way._answers == []
    return outcome, way.asked, shown


def test_one_launch_where_nothing_takes_long() -> None:
    outcome, asked, shown = carry_out(says())
    assert (outcome.message, outcome.python, asked, shown) == ("no", False, ["bring"], [])


def test_while_apt_works_its_progress_is_shown() -> None:
    silent = says(ended=False, alive=True, step="Guard")
    outcome, asked, shown = carry_out(INSTALLING, WORKS, silent, says(python=True))
    assert outcome.python
    assert asked == ["bring", "bring", "look", "look"]
    assert shown == ["installing Python", "apt 12%: Unpacking x", "Guard"]


def test_another_order_is_waited_for() -> None:
    other = says(id="other", ended=False, alive=True, step="Guard", transaction={"id": "t", "progress": "x"})
    _outcome, asked, shown = carry_out(other, says())
    assert (asked, shown) == (["bring", "bring"], ["waiting for another run: apt: working"])


@pytest.mark.parametrize("first", [lost(begun=True), WORKS])
def test_a_connection_that_is_lost_meanwhile_is_opened_again(first: Completed | HostUnreachable) -> None:
    losses = [] if isinstance(first, HostUnreachable) else [lost()]
    outcome, asked, _shown = carry_out(first, *losses, lost(), WORKS, says())
    assert outcome.message == "no"
    brought = ["bring"] if isinstance(first, HostUnreachable) else ["bring", "look"]
    assert asked == [*brought, "reopen", "look", "reopen", "look", "look"]


@pytest.mark.parametrize(
    ("answers", "goal", "message"),
    [
        ((lost(),), {}, "laptop-7: lost$"),
        ((lost(begun=True), says(id="other")), {}, "lost; the work had not started in distribution Debian on laptop-7"),
        ((lost(begun=True), says(id="", rows=[], ended=False)), {}, "lost; the work had not started"),
        ((WORKS, *[lost()] * 3), {"reconnect_timeout": 10}, "continues there: run again, the next run waits for it"),
        (
            (WORKS, lost()),
            {"reconnect_timeout": 0},
            "the work in distribution Debian on laptop-7 continues",
        ),
        ((DistributionUnreachable("it stopped", "stopped"),), {}, "it stopped"),
        ((WORKS, DistributionUnreachable("no such", "x")), {}, "no such"),
    ],
)
def test_an_unreachable_laptop(answers: tuple[t.Any, ...], goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(HostUnreachable, match=message):
        carry_out(*answers, **goal)


@pytest.mark.parametrize(
    ("answers", "goal", "message"),
    [
        ((WORKS, says(id="", rows=[], ended=False)), {}, "the order that was sent there is missing; run again"),
        ((*[WORKS] * 4,), {"timeout": 8}, "did not end within 8 s; give it more time"),
        (
            (Completed(0, b"", b""),),
            {},
            "the work ended without a result .nothing was printed.; run again, or check .*python3",
        ),
        ((Completed(127, b"", b"python3: not found\n"),), {}, "ended without a result .python3: not found"),
        ((Completed(10, says().stdout[:40], b""),), {}, "ended without a result"),
        ((Completed(10, b"[1]", b""),), {}, "ended without a result"),
        ((Completed(launch.DAMAGED, b"", b""),), {}, "arrived damaged on the host and was not started"),
        ((Completed(launch.NO_PYTHON, b"", b""),), {}, "it has no /usr/bin/python3, a real run installs it"),
        ((Completed(launch.NOT_INSTALLED, b"", b"E: no network\n"),), {}, "could not install python3 .E: no network"),
        ((says(rows=[{**ROWS[0], "module": "cuda_audit_info"}]),), {}, "damaged result: row 1 is of cuda_audit_info"),
        ((says(rows=[{**ROWS[0], "result": {"failed": "no"}}]),), {}, "damaged result: failed is str"),
    ],
)
def test_what_is_no_result_is_one_line(answers: tuple[t.Any, ...], goal: dict[str, t.Any], message: str) -> None:
    with pytest.raises(StepFailed, match=message) as error:
        carry_out(*answers, **goal)
    assert str(error.value).startswith("distribution Debian on laptop-7: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, "the distribution was stopped in the middle of step 'Guard' (done before: Old keys); run again"),
        (
            {"ended": True, "crash": "MemoryError"},
            "the work broke off (MemoryError) in the middle of step 'Guard' (done",
        ),
    ],
)
def test_what_was_done_before_the_end_is_told(state: dict[str, t.Any], message: str) -> None:
    done = [{**ROWS[0], "result": {"changed": True, "failed": True}}]
    outcome, _asked, _shown = carry_out(WORKS, says(**{"ended": False, "rows": done, "step": "Guard", **state}))
    assert outcome.message.startswith(message)
    assert ([row["name"] for row in outcome.rows], outcome.under_way) == (["Old keys"], True)
