# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups a laptop is in, by its documents."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import fleet, groups
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Document
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Found

NOW = "2026-11-28T14:00:00Z"


def document(**changes: t.Any) -> Document:
    """As much of a document as a fleet needs."""
    empty = {
        "laptop": "laptop-1", "computer": "WS-1", "machine": "", "groups": [], "time": NOW, "state": "conforming",
        "status": "in order", "reason": "", "error": None, "run": {"id": "1", "playbook": "audit", "check": False},
        "rows": {}, "findings": [], "windows": None, "wsl": None, "gpus": None, "distributions": None,
        "toolkits": None, "containers": None, "changes": [], "waits_for": [],
    }  # fmt: skip
    return {**empty, **changes}


def finding(name: str, row: str, level: str = "fail") -> dict[str, str]:
    return {"about": "Linux", "id": name, "row": row, "level": level, "seen": "", "remedy": ""}


def toolkits(*versions: str) -> dict[str, t.Any]:
    return {"toolkits": [{"about": "Linux", "version": version, "release": ""} for version in versions]}


def drivers(*versions: str | None) -> dict[str, t.Any]:
    return {"gpus": [{"name": "RTX", "driver_version": version} for version in versions]}


WAITS = {"who": "", "reason": ""}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["conforming"]),
        ({"state": "unknown"}, ["unknown"]),
        ({"state": "unreachable"}, ["unreachable"]),
        ({"state": "not_conforming", "findings": [finding("old_keys", "G10")]}, ["not_conforming"]),
        ({"findings": [finding("driver_packages", "G9")]}, ["conforming", "broken_driver"]),
        ({"findings": [finding("loader", "G9", "warn")]}, ["conforming"]),
        ({"findings": [finding("nvidia_driver", "G1")]}, ["conforming", "broken_driver"]),
        ({"findings": [finding("architecture", "G1")]}, ["conforming"]),
        ({"waits_for": [{"what": "restart", **WAITS}]}, ["conforming", "awaiting_restart"]),
        ({"waits_for": [{"what": "logon of ada", **WAITS}]}, ["conforming", "awaiting_logon"]),
        ({"waits_for": [{"what": "mains power", **WAITS}]}, ["conforming"]),
        (toolkits("12.8", "12.6, 12.8"), ["conforming", "toolkit_12_8", "toolkit_12_6"]),
        (drivers("572.61", "572.61", None), ["conforming", "driver_572_61"]),
        (toolkits("", "x", "12", "all", "\u0661\u0662.\u0668", "../etc"), ["conforming"]),
        (toolkits("12.8; rm", "1.2.3.4.5", "123456.1", "12.8\n", "12.8\n[x]"), ["conforming", "toolkit_12_8"]),
    ],
)  # fmt: skip
def test_the_groups_of_a_laptop(changes: dict[str, t.Any], expected: list[str]) -> None:
    assert groups.of_document(document(**changes)) == expected


def test_a_laptop_cannot_fill_the_inventory_with_groups() -> None:
    many = [f"1.{number}" for number in range(500)]
    found = groups.of_document(document(**toolkits(", ".join(many)), **drivers(*many)))
    assert len(found) == 1 + 2 * groups.MAXIMUM_VERSIONS


def test_the_newest_document_counts() -> None:
    old = document(time="2026-11-20T12:00:00Z", state="not_conforming", findings=[finding("driver_packages", "G9")])
    new = document(findings=[finding("driver_packages", "G9", "pass")])
    for order in ([old, new], [new, old]):
        found = groups.of_fleet(fleet.merge([Found("report", order)], NOW))
        assert (found["conforming"], found["not_conforming"], found["broken_driver"]) == (["laptop-1"], [], [])


def test_who_is_off_keeps_what_was_known() -> None:
    old = document(time="2026-11-20T12:00:00Z", **drivers("572.61"), findings=[finding("driver_packages", "G9")])
    off = document(state="unreachable", status="off", run={"id": "2", "playbook": "audit", "check": False})
    found = groups.of_fleet(fleet.merge([Found("report", [old, off])], NOW), prefix="seen_")
    assert {name for name, members in found.items() if members} == {
        "seen_unreachable", "seen_broken_driver", "seen_driver_572_61",
    }  # fmt: skip


def test_every_group_is_there_and_has_a_name_that_ansible_takes() -> None:
    found = groups.of_fleet(fleet.merge([], NOW))
    assert found == {name: [] for name in groups.ALWAYS}
    assert all(re.fullmatch("[a-z_]+", name) for name in found)
