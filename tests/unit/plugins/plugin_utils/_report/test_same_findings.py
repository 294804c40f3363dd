# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one table of an audit: each finding once with its laptops, the worst first, those in order last."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.filter.fleet_findings import FilterModule


def finding(level: str, name: str, seen: str = "x", about: str = "Linux") -> dict[str, str]:
    return {
        "level": level, "about": about, "row": "G9", "title": "x", "id": name, "seen": seen, "remedy": "mend it",
    }  # fmt: skip


def told(laptops: dict[str, t.Any], **more: t.Any) -> list[tuple[str, ...]]:
    """The rows as level, id or title, laptops."""
    rows = FilterModule().filters()["fleet_findings"](list(laptops), laptops, **more)
    return [(row["level"], row["id"] or row["title"], row["laptops"]) for row in rows]


def test_a_finding_of_many_laptops_is_one_row() -> None:
    clean = {"wslfleet_findings": [finding("ok", "guard")]}
    broken = {"wslfleet_findings": [finding("stop", "loader"), finding("warn", "guard")]}
    off = {"__wslfleet_host": {"unreachable": True, "cause": "off", "msg": "e: no answer; wake it"}}
    fleet = {"a": clean, "b": broken, "c": clean, "d": broken, "e": off}
    assert told(fleet) == [
        ("stop", "loader", "b, d"), ("stop", "off", "e"), ("warn", "guard", "b, d"), ("ok", "in order", "a, c"),
    ]  # fmt: skip
    (row,) = FilterModule().filters()["fleet_findings"](["e"], fleet)
    assert row["seen"] == "no answer; wake it"


def test_every_level_when_asked() -> None:
    assert told({"a": {"wslfleet_findings": [finding("ok", "guard")]}}, levels=["ok"]) == [("ok", "guard", "a")]


def test_what_differs_in_one_cell_is_another_row_and_the_frequent_one_is_first() -> None:
    fleet = {name: {"wslfleet_findings": [finding("warn", "space", seen)]} for name, seen in zip("abc", "122")}
    assert told(fleet) == [("warn", "space", "b, c"), ("warn", "space", "a")]


def test_five_hundred_laptops_fill_no_screen() -> None:
    fleet = {f"l{number}": {"wslfleet_findings": [finding("warn", "guard")]} for number in range(500)}
    assert told(fleet) == [("warn", "guard", "l0, l1, l2, l3, l4, l5, l6, l7 and 492 more")]


def test_a_level_that_there_is_not() -> None:
    with pytest.raises(AnsibleFilterError, match="no level bad: stop, warn, info, ok"):
        told({}, levels=["bad"])
