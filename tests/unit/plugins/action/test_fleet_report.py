# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that makes a report from folders: it asks no laptop."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.action.fleet_report import ActionModule

from tests.unit import a_fleet
from tests.unit.plugins.action.windows_action import run_action


def test_the_report_of_two_folders(tmp_path: Path) -> None:
    for part in (1, 2):
        a_fleet.run(tmp_path / f"{part}", 10 * part)
    goal = tmp_path / "all"
    result = run_action(ActionModule, {"src": [str(tmp_path / "1"), str(tmp_path / "2")], "dest": str(goal)}, [])
    assert (result["changed"], result["page"], sum(result["counts"].values())) == (False, str(goal / "fleet.html"), 20)
    assert result["summary"].startswith(f"{result['counts']['conforming']} conforming, ")
    assert (sum(result["causes"].values()), result["problems"]) == (20 - result["counts"]["conforming"], [])


def test_the_report_lies_beside_the_documents(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1)
    assert run_action(ActionModule, {"src": [str(tmp_path)]}, [])["page"] == str(tmp_path / "fleet.html")


def test_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    missing = run_action(ActionModule, {"src": [str(tmp_path / "none")]}, [])
    assert (missing["failed"], "cannot be read: no such file" in missing["msg"]) == (True, True)
    empty = run_action(ActionModule, {"src": []}, [])
    assert (empty["failed"], empty["msg"].startswith("src names no folder")) == (True, True)
