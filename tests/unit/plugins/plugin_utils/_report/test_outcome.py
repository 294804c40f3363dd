# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a laptop in one word, and the last line of a run."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome


@pytest.mark.parametrize(
    ("state", "status", "expected"),
    [("conforming", "in order", "ok"), ("unreachable", "off", "off"), ("unreachable", "access refused", "out of reach"),
     ("not_conforming", "awaiting logon of ada", "waiting"), ("not_conforming", "failed", "failed"),
     ("not_conforming", "would be provisioned", "would be changed"), ("unknown", "put off", "put off"),
     ("not_conforming", "not in order", "not in order"), ("not_conforming", "not provisioned", "not in order"),
     ("unknown", "not finished", "not finished"), ("unknown", "not looked at", "not looked at")],
)  # fmt: skip
def test_the_outcome_of_a_laptop(state: str, status: str, expected: str) -> None:
    assert outcome.outcome(state, status) == expected


def test_what_was_worked_on_and_not_looked_at_is_done() -> None:
    assert outcome.outcome("unknown", "not looked at", worked=True) == "done"
    assert outcome.outcome("not_conforming", "failed", worked=True) == "failed"


def test_a_laptop_that_has_told_something_before_went_away() -> None:
    assert outcome.outcome("unreachable", "off", reached=True) == "went away"
    assert outcome.outcome("conforming", "in order", reached=True) == "ok"


def test_the_last_line_of_a_run() -> None:
    found = ["failed"] * 2 + ["off"] * 3 + ["waiting"] * 4 + ["ok"] * 291
    assert outcome.sentence(found) == "291 ok, 4 waiting, 3 off, 2 failed"
    assert outcome.sentence(["failed"]) == "0 ok, 1 failed"
    assert outcome.sentence(["done", "off"]) == "1 done, 1 off"


def test_every_outcome_is_counted_for_programs() -> None:
    found = outcome.counts(["ok", "put off", "ok"])
    assert (found["ok"], found["put_off"], found["failed"], len(found)) == (2, 1, 0, len(outcome.OUTCOMES))
