# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import datetime

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot.policy import (
    Circumstances,
    Conditions,
    Window,
    obstacles,
    window,
)


def at(text: str) -> datetime:
    """22 November 2026 is a Sunday."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M")


def made(hours: str, *days: str) -> Window:
    found = window(hours, days or ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("hours", "days", "moment", "holds"),
    [
        ("08:00-12:00", (), "22 08:00", True),
        ("08:00-12:00", (), "22 12:00", False),
        ("08:00-12:00", ("mon",), "22 09:00", False),
        ("22:00-05:00", (), "22 23:59", True),
        ("22:00-05:00", (), "22 04:59", True),
        ("22:00-05:00", (), "22 05:00", False),
        ("22:00-05:00", ("sun",), "23 01:00", True),
        ("22:00-05:00", ("sun",), "22 01:00", False),
        ("22:00-05:00", ("mon",), "23 01:00", False),
    ],
)
def test_window(hours: str, days: tuple[str, ...], moment: str, holds: bool) -> None:
    assert made(hours, *days).holds(at(moment)) is holds


@pytest.mark.parametrize("hours", ["night", "22-05", "24:00-05:00", "22:00-05:60", "22:00-22:00", "22:00-05:00\n"])
def test_no_window(hours: str) -> None:
    with pytest.raises(StepFailed, match="window"):
        window(hours)


@pytest.mark.parametrize("hours", [None, ""])
def test_the_whole_day(hours: str | None) -> None:
    assert window(hours) is None
    assert not Conditions().any


def test_what_a_window_is_called() -> None:
    assert str(made("22:00-05:00")) == "22:00-05:00"
    assert str(made("22:00-05:00", "tue", "mon")) == "mon, tue 22:00-05:00"


NIGHT = Conditions(window=made("22:00-05:00"))
MAINS = Conditions(not_on_battery=True)
NOBODY = Conditions(not_while_logged_on=True)


@pytest.mark.parametrize(
    ("conditions", "now", "expected"),
    [
        (Conditions(), Circumstances(), []),
        (NIGHT, Circumstances(at("22 23:00")), []),
        (NIGHT, Circumstances(at("22 12:00")), ["it is Sun 12:00 there, the window is 22:00-05:00"]),
        (NIGHT, Circumstances(), ["the host's time zone could not be read"]),
        (MAINS, Circumstances(battery=False), []),
        (MAINS, Circumstances(battery=True, on_battery=False), []),
        (MAINS, Circumstances(battery=True, on_battery=True), ["it runs on battery"]),
        (MAINS, Circumstances(battery=True), ["whether it runs on battery could not be read"]),
        (MAINS, Circumstances(), ["whether it runs on battery could not be read"]),
        (NOBODY, Circumstances(logged_on=()), []),
        (NOBODY, Circumstances(logged_on=("ada", "grace")), ["logged on: ada, grace"]),
        (NOBODY, Circumstances(logged_on=None), ["whether someone is logged on could not be read"]),
    ],
)
def test_obstacles(conditions: Conditions, now: Circumstances, expected: list[str]) -> None:
    assert obstacles(conditions, now) == expected
