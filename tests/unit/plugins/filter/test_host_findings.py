# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.host_findings import host_findings

THERE = {"name": "U", "present": True, "running": False, "steps": []}
COMING = {**THERE, "present": False}
SKIPPED = {"skipped": True, "changed": False}
PEOPLE = {"status": "awaiting logon of ben", "reason": "not logged on", "hand_over": []}


@pytest.mark.parametrize(
    ("distribution", "waits_for", "people", "builds", "ready", "status", "reason"),
    [
        (THERE, "", {}, False, True, "ready", ""),
        (COMING, "", {}, False, False, "would be provisioned", ""),
        (SKIPPED, "policy never (feature)", {}, False, False, "awaiting restart", "policy never (feature)"),
        (THERE, "policy never (feature)", {}, False, True, "awaiting restart", "policy never (feature)"),
        (COMING, "policy never (feature)", {}, False, False, "would be provisioned", ""),
        (SKIPPED, "", {}, False, False, "not begun", ""),
        (SKIPPED, "", PEOPLE, False, False, "awaiting logon of ben", "not logged on"),
        (THERE, "", PEOPLE, True, True, "ready", ""),
        (COMING, "", PEOPLE, True, False, "would be provisioned", ""),
    ],
)
def test_whether_a_laptop_can_go_on(
    distribution: dict[str, t.Any],
    waits_for: str,
    people: dict[str, t.Any],
    builds: bool,
    ready: bool,
    status: str,
    reason: str,
) -> None:
    found = host_findings(distribution, {"version": "2.6.3"}, waits_for, people, builds)
    assert (found["ready"], found["status"], found["reason"], found["wsl_version"]) == (ready, status, reason, "2.6.3")
    assert found["hand_over"] == people
    kept = {"name": "U", "present": distribution.get("present"), "running": False}
    assert found["distribution"] == (kept if "present" in distribution else {})


def test_without_a_look_at_wsl() -> None:
    assert host_findings(THERE)["wsl_version"] == ""


HAS, LACKS = {"sid": "S-1", "present": True}, {"sid": "S-2", "present": False}


@pytest.mark.parametrize(
    ("seen", "waits_for", "ready", "status", "people"),
    [
        (THERE, "", True, "ready", []),
        (THERE, "policy never (feature)", True, "awaiting restart", []),
        (COMING, "", False, "not provisioned", []),
        (SKIPPED, "", False, "not provisioned", []),
        (
            {"status": "awaiting logon of ben", "reason": "x", "hand_over": [HAS, LACKS]},
            "",
            False,
            "handed over",
            [HAS],
        ),
        ({"status": "awaiting logon of ben", "reason": "x", "hand_over": [LACKS]}, "", False, "not provisioned", []),
    ],
)
def test_an_update_is_for_what_is_there(
    seen: dict[str, t.Any], waits_for: str, ready: bool, status: str, people: list[dict[str, t.Any]]
) -> None:
    found = host_findings(seen, {"version": "2.6.3"}, waits_for, only_what_is_there=True)
    assert (found["ready"], found["status"], found["wsl_version"]) == (ready, status, "2.6.3")
    assert found["hand_over"].get("hand_over", []) == people
    assert bool(found["reason"]) is (status not in ("ready", "handed over"))
