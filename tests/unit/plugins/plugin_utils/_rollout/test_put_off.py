# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The maintenance window, and laptops that somebody uses."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles.variables import PLAYBOOK_VARIABLES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import put_off
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import PREFIX, Settings, settings

DEFAULTS = {name: spec.get("default") for name, spec in PLAYBOOK_VARIABLES.items()}
NIGHT = {"window": "22:00-05:00", "window_days": ["fri"], "time_zone": "Europe/Berlin"}
ADA, BEN = {"name": "ada", "logged_on": True}, {"name": "ben", "logged_on": False}
UNKNOWN = {"name": "eve", "logged_on": None}
MAINS = {"battery": True, "on_battery": False}


def asked(**changes: t.Any) -> Settings:
    return settings({**DEFAULTS, **{f"{PREFIX}{name}": value for name, value in changes.items()}})


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27 21:00", ""),
        ("2026-11-27 20:59", "it is Fri 21:59 (Europe/Berlin), the maintenance window is fri 22:00-05:00"),
        ("2026-11-28 03:59", ""),
        ("2026-11-28 04:00", "it is Sat 05:00 (Europe/Berlin), the maintenance window is fri 22:00-05:00"),
        ("2026-11-28 21:30", "it is Sat 22:30 (Europe/Berlin), the maintenance window is fri 22:00-05:00"),
        ("2026-07-31 20:00", ""),  # Summer time: two hours ahead.
    ],
)
def test_the_window_is_in_the_time_zone_that_was_named(moment: str, expected: str) -> None:
    assert put_off.closed(asked(**NIGHT), at(moment)) == expected


def test_without_a_time_zone_the_clock_of_the_controller_counts() -> None:
    here = datetime.now().astimezone()
    hours = "-".join(f"{here + timedelta(minutes=minutes):%H:%M}" for minutes in (-60, 60))
    assert put_off.closed(asked(window=hours), here.astimezone(timezone.utc)) == ""
    assert put_off.closed(asked(), here) == ""
    assert "by the controller's clock" in put_off.closed(asked(window=hours), here + timedelta(hours=6))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ({"users": [BEN], "power": MAINS}, []),
        ({"users": [ADA, BEN], "power": MAINS}, ["logged on: ada"]),
        ({"users": [BEN], "power": {"battery": True, "on_battery": True}}, ["it runs on battery"]),
        ({"users": [BEN], "power": {"battery": False, "on_battery": None}}, []),
        ({"users": [UNKNOWN], "power": MAINS}, ["whether someone is logged on could not be read"]),
        ({"users": [UNKNOWN, ADA], "power": MAINS}, ["logged on: ada"]),
        ({}, ["whether it runs on battery could not be read"]),
    ],
)
def test_laptops_that_somebody_uses(host: dict[str, t.Any], expected: list[str]) -> None:
    assert put_off.reasons(asked(), host, at("2026-11-28 12:00")) == expected


def test_nothing_is_read_that_is_not_asked_for() -> None:
    assert put_off.subsets(asked()) == ["users", "battery"]
    assert put_off.subsets(asked(put_off=["on_battery"])) == ["battery"]
    nobody = asked(put_off=[])
    assert (put_off.subsets(nobody), put_off.reasons(nobody, {"users": [ADA]}, at("2026-11-28 12:00"))) == ([], [])


def test_a_window_that_closes_meanwhile_puts_off_too() -> None:
    host = {"users": [], "power": MAINS}
    (told,) = put_off.reasons(asked(**NIGHT), host, at("2026-11-28 12:00"))
    assert told.startswith("it is Sat 13:00")
