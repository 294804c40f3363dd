# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All files of a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import report, store

from tests.unit import a_fleet

NOW = "2026-11-28T14:05:00Z"
FILES = {
    "fleet.json", "fleet.csv", "fleet.html", "junit.xml", "wslfleet.prom", "not_conforming.limit", "out_of_reach.limit",
}  # fmt: skip


def test_several_folders_become_one_report_elsewhere(tmp_path: Path) -> None:
    for part in (1, 2):
        a_fleet.run(tmp_path / f"slice-{part}", 10 * part)
    goal = tmp_path / "all"
    fleet = report.write([str(tmp_path / "slice-1"), str(tmp_path / "slice-2")], str(goal), NOW, "0.2.0")
    assert {path.name for path in goal.iterdir()} == FILES
    assert len(fleet.laptops) == len(json.loads((goal / "fleet.json").read_text())["laptops"]) == 20


def test_the_same_documents_make_the_same_report(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 12)
    made = []
    for name in ("a", "b"):
        report.write([str(tmp_path)], str(tmp_path / name), NOW, "0.2.0")
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert made[0] == made[1]


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1)
    (tmp_path / "file").write_text("")
    with pytest.raises(store.StoreError, match="cannot be written: not a directory"):
        report.write([str(tmp_path)], str(tmp_path / "file" / "x"), NOW, "0.2.0")
