# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be asked of a rollout."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.variables import PLAYBOOK_VARIABLES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import settings
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import Batch

DEFAULTS = {name: spec.get("default") for name, spec in PLAYBOOK_VARIABLES.items()}


def given(**changes: t.Any) -> dict[str, t.Any]:
    return {**DEFAULTS, **{f"{settings.PREFIX}{name}": value for name, value in changes.items()}}


def test_the_defaults_make_sense() -> None:
    found = settings.settings(DEFAULTS)
    assert found.batches == (Batch(10, True), Batch(50, True), Batch(100, True))
    assert (found.maximum_failures, found.wait, found.ask, found.window, found.time_zone) == (0, 0, False, None, "")
    assert found.put_off == {"in_use", "on_battery"}


def test_text_of_the_command_line_is_taken() -> None:
    found = settings.settings(given(wait="5", ask="yes", maximum_failures="10", window="22:00-05:00"))
    assert (found.wait, found.ask, found.maximum_failures, str(found.window)) == (5, True, 10, "22:00-05:00")
    assert settings.settings(given(ask="no")).ask is False


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(5, Batch(5)), ("5", Batch(5)), ("20%", Batch(20, True)), ("20 %", Batch(20, True)), ("101%", None), (0, None),
     ("0%", None), (-1, None), ("all", None), (True, None), (None, None), (2.5, None), ("5\n", None)],
)  # fmt: skip
def test_a_batch_is_a_number_or_per_cents(asked: t.Any, expected: Batch | None) -> None:
    assert settings.batch(asked) == expected


@pytest.mark.parametrize(
    ("batch", "laptops", "expected"),
    [(Batch(5), 3, 5), (Batch(10, True), 45, 4), (Batch(1, True), 5, 1), (Batch(100, True), 7, 7)],
)
def test_how_many_laptops_a_batch_has(batch: Batch, laptops: int, expected: int) -> None:
    assert batch.of(laptops) == expected


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"batches": []}, "wslfleet_rollout_batches is empty: name at least one batch"),
        ({"batches": [5, "0%", "x"]}, "wslfleet_rollout_batches contains 0%, x: write numbers"),
        ({"maximum_failures": 101}, "wslfleet_rollout_maximum_failures must be per cents from 0 to 100, not 101"),
        ({"wait": -1}, "wslfleet_rollout_wait must be minutes, not -1"),
        ({"window": "22-5"}, "wslfleet_rollout_window must be hours such as 22:00-05:00, not '22-5'"),
        ({"window": "22:00-22:00"}, "wslfleet_rollout_window 22:00-22:00 is empty"),
        ({"window_days": []}, "wslfleet_rollout_window_days is empty: the window would never open"),
        ({"time_zone": "Mars/Olympus"}, "this controller knows no time zone 'Mars/Olympus'"),
        ({"time_zone": "../../etc/passwd"}, "this controller knows no time zone"),
        ({"time_zone": "Europe"}, "this controller knows no time zone 'Europe'"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, t.Any], words: str) -> None:
    (found,) = settings.problems(given(**changes))
    assert words in found and "\n" not in found
    with pytest.raises(StepFailed):
        settings.settings(given(**changes))
