# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of a rollout, the gate between them, and how far it has come."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.variables import PLAYBOOK_VARIABLES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.plan import Plan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import PREFIX, settings

DEFAULTS = {name: spec.get("default") for name, spec in PLAYBOOK_VARIABLES.items()}


def plan(canaries: int = 2, others: int = 10, **changes: t.Any) -> Plan:
    asked = settings({**DEFAULTS, **{f"{PREFIX}{name}": value for name, value in changes.items()}})
    return Plan(
        tuple(f"c{number}" for number in range(canaries)), tuple(f"l{number}" for number in range(others)), asked, "/f"
    )


def after(rollout: Plan, *words: str, batch: tuple[str, ...] = ()) -> str:
    """What is in the way of the second batch, after the first one became WORDS."""
    first = batch or rollout.laptops[: len(words)]
    rollout.begin(first)
    rollout.begin(rollout.laptops[len(words) : len(words) + 1])
    return rollout.obstacle(dict(zip(first, words)))


@pytest.mark.parametrize(
    ("canaries", "others", "batches", "expected"),
    [
        (2, 10, ["10%", "50%", "100%"], [2, 1, 5, 4]),
        (0, 10, [3], [3, 3, 3, 1]),
        (1, 10, [4, "20%"], [1, 4, 2, 2, 2]),
        (3, 0, ["100%"], [3]),
        (0, 1, ["1%"], [1]),
    ],
)
def test_the_canaries_are_the_first_batch_and_the_last_size_repeats(
    canaries: int, others: int, batches: list[t.Any], expected: list[int]
) -> None:
    found = plan(canaries, others, batches=batches).sizes()
    assert found == expected and sum(found) == canaries + others


def test_the_first_batch_has_no_gate() -> None:
    rollout = plan()
    rollout.begin(["c0", "c1"])
    assert rollout.obstacle({}) == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ok", "ok"), ""),
        (("ok", "waiting"), ""),
        (("ok", "failed"), "1 of 2 canaries failed (c1); at most none may"),
        (("ok", "went away"), "1 of 2 canaries failed (c1); at most none may"),
        (("not in order", "ok"), "1 of 2 canaries failed (c0); at most none may"),
        (("ok", "off"), ""),
        (("off", "put off"), "no canary was done: 0 ok, 1 put off, 1 off"),
        (("off", "not begun"), "no canary was done: 0 ok, 1 not begun, 1 off"),
    ],
)
def test_the_gate_after_the_canaries(words: tuple[str, ...], expected: str) -> None:
    assert after(plan(), *words) == expected


def test_later_batches_may_be_off_altogether() -> None:
    rollout = plan(canaries=0)
    assert after(rollout, "off", "put off") == ""


@pytest.mark.parametrize(("allowed", "closed"), [(20, True), (25, False), (100, False)])
def test_a_share_of_failures_can_be_allowed(allowed: int, closed: bool) -> None:
    """Of those that were tried: who is off or put off is none of them."""
    rollout = plan(canaries=0, maximum_failures=allowed)
    told = after(rollout, "failed", "ok", "ok", "ok", "off", "put off")
    assert told == (f"1 of 4 laptops of the batch before failed (l0); at most {allowed} % may" if closed else "")


def test_of_many_failures_some_are_named() -> None:
    told = after(plan(canaries=0, others=20), *["failed"] * 8)
    assert told == "8 of 8 laptops of the batch before failed (l0, l1, l2, l3, l4 …); at most none may"


def test_whoever_is_being_worked_on_has_not_finished() -> None:
    rollout = plan(2, 1)
    rollout.begin(["c0", "c1"])
    told = {"c0": "ok", "c1": "failed"}
    assert rollout.outcomes(told) == {"c0": "not finished", "c1": "failed", "l0": "not begun"}
    rollout.going_on = False
    assert rollout.outcomes(told) == {"c0": "ok", "c1": "failed", "l0": "not begun"}


def test_a_batch_has_begun_when_one_of_it_tells_something() -> None:
    """Until then its gate may close, and nobody has begun."""
    rollout = plan(1, 3)
    rollout.begin(["c0"])
    rollout.begin(["l0", "l1"])
    told = {"c0": "ok"}
    assert rollout.outcomes(told) == {"c0": "ok", "l0": "not begun", "l1": "not begun", "l2": "not begun"}
    assert [rollout.passes(name) for name in ("c0", "l1", "l0")] == [False, True, False]
    assert rollout.outcomes(told) == {"c0": "ok", "l0": "not finished", "l1": "not finished", "l2": "not begun"}
    rollout.begin(["l2"])
    assert rollout.outcomes(told)["l2"] == "not begun" and rollout.passes("l2")


def test_the_question_says_what_became_of_the_others() -> None:
    rollout = plan(1, 4, batches=[2])
    rollout.begin(["c0"])
    rollout.begin(["l0", "l1"])
    assert rollout.question({"c0": "ok"}) == "Batch 2 of 3, 2 laptops. So far: 1 ok, 2 not begun. Type yes to begin it"


def test_a_plan_in_one_line() -> None:
    assert str(plan(2, 10)) == "canaries c0, c1, then batches of 1, 5, 4"
    assert str(plan(0, 20, batches=[3])) == "no canaries; batches of 3, 3, 3, 3, 3 …"
    assert str(plan(1, 0)) == "canaries c0, and no others"
