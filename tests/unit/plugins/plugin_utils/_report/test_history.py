# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""History: what changed, and how the fleet was over time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import history

LINE: dict[str, t.Any] = {
    "schema": 1, "time": "2026-11-27T14:00:00Z", "run": "a", "playbook": "audit", "laptop": "x",
    "computer": "X", "machine": "",
    "state": "conforming", "status": "in order", "reason": "", "fails": [], "warns": [], "toolkit": "12.8",
    "driver": "572.16", "wsl": "2.6.3.0",
}  # fmt: skip
BROKEN = {"state": "not_conforming", "status": "not in order", "fails": ["driver_packages", "loader"]}
OFF = {"state": "unreachable", "status": "off", "toolkit": "", "driver": "", "wsl": ""}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({}, BROKEN, ["in order → not in order", "new: driver_packages", "new: loader"]),
        (BROKEN, {}, ["not in order → in order", "gone: driver_packages", "gone: loader"]),
        (BROKEN, OFF, ["not in order → off"]),
        (BROKEN, {"state": "not_conforming", "status": "failed"}, ["not in order → failed"]),
        (OFF, {}, ["off → in order"]),
        ({}, {"driver": "581.42", "wsl": "2.6.4.0"}, ["driver 572.16 → 581.42", "WSL 2.6.3.0 → 2.6.4.0"]),
    ],
)
def test_what_changed(before: dict[str, t.Any], after: dict[str, t.Any], expected: list[str]) -> None:
    assert history.difference({**LINE, **before}, {**LINE, **after}) == expected


def test_who_takes_no_part_in_a_run_stays_as_before() -> None:
    lines = [{**LINE, "laptop": name} for name in "abc"]
    lines.append({**LINE, **OFF, "laptop": "a", "run": "b", "time": "2026-11-28T14:00:00Z"})
    points = history.points(lines, lambda one: str(one["laptop"]))
    assert [(time[:10], counts["conforming"], counts["unreachable"]) for time, counts in points] == [
        ("2026-11-27", 3, 0), ("2026-11-28", 2, 1),
    ]  # fmt: skip


def test_the_newest_runs_are_shown() -> None:
    lines = [{**LINE, "run": str(number), "time": f"2026-{number:02}"} for number in range(60)]
    points = history.points(lines, lambda one: str(one["laptop"]))
    assert (len(points), points[-1][0]) == (history.MAXIMUM_POINTS, "2026-59")
