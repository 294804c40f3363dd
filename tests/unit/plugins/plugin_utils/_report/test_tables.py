# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for other programs, each read by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import tables
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import merge

from tests.unit import a_fleet

FLEET = a_fleet.merged()


def test_json_holds_everything() -> None:
    whole = json.loads(tables.as_json(FLEET))
    assert (len(whole["laptops"]), sum(whole["counts"].values()), whole["problems"]) == (200, 200, ["x.json left out"])
    assert json.loads(tables.as_json(merge([], a_fleet.REPORTED)))["laptops"] == []


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_csv_has_a_line_for_each_laptop() -> None:
    rows = rows_of(tables.as_csv(FLEET))
    assert (len(rows), len(rows[0])) == (200, 41)
    assert {row["state"] for row in rows} == {laptop.state for laptop in FLEET.laptops}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "|calc", "%x"])
def test_nothing_in_csv_begins_a_formula(text: str) -> None:
    (row,) = rows_of(tables.as_csv(a_fleet.hostile(text)))
    assert (row["laptop"], row["reason"]) == (f"'{text}", f"'{text}")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_files_for_limit_name_each_laptop_once() -> None:
    lines = tables.limit(FLEET, "unreachable", "not_conforming").splitlines()
    assert lines == [laptop.name for laptop in FLEET.laptops if laptop.state in ("unreachable", "not_conforming")]


def test_a_file_for_limit_that_names_nobody_is_not_taken_for_everybody(tmp_path: Path) -> None:
    """Ansible takes an empty file for all hosts: --limit @not_conforming.limit would reach those in order."""
    for names, expected in ((["laptop-2", "laptop-2"], ["laptop-2"]), ([], [])):
        inventory = InventoryManager(DataLoader(), sources=["laptop-1,laptop-2,"])
        (tmp_path / "x.limit").write_text(tables.limit_of(names), encoding="utf-8")
        inventory.subset(f"@{tmp_path / 'x.limit'}")
        assert [str(host) for host in inventory.get_hosts()] == expected
