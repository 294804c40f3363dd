# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for other programs, each read by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import fleet, tables
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.reading import Found

from tests.unit import a_fleet

NOW = "2026-11-28T14:05:00Z"
FLEET = fleet.merge([Found("report", a_fleet.documents(200), [], ["x.json left out"])], NOW)
HOSTILE = "=cmd|' /C calc'!A0\"<&>\\\x07"


def hostile_fleet(text: str = HOSTILE) -> fleet.Fleet:
    one = a_fleet.documents(1)[0]
    one["findings"][0].update(id=text, seen=text, remedy=text, about=text, level="fail")
    one.update(laptop=text, computer=text, groups=[text], status=text, reason=text, state="not_conforming")
    one["wsl"]["version"] = text
    return fleet.merge([Found("report", [one], [], [text])], NOW)


def test_json_holds_everything() -> None:
    whole = json.loads(tables.as_json(FLEET))
    assert (len(whole["laptops"]), sum(whole["counts"].values()), whole["problems"]) == (200, 200, ["x.json left out"])
    assert json.loads(tables.as_json(fleet.merge([], NOW)))["laptops"] == []


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_csv_has_a_line_for_each_laptop() -> None:
    rows = rows_of(tables.as_csv(FLEET))
    assert (len(rows), len(rows[0])) == (200, 41)
    assert {row["state"] for row in rows} == {laptop.state for laptop in FLEET.laptops}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "|calc", "%x"])
def test_nothing_in_csv_begins_a_formula(text: str) -> None:
    (row,) = rows_of(tables.as_csv(hostile_fleet(text)))
    assert (row["laptop"], row["reason"]) == (f"'{text}", f"'{text}")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_junit_has_a_suite_for_each_laptop() -> None:
    root = ET.fromstring(tables.as_junit(FLEET))
    suites = list(root)
    assert len(suites) == 200
    for suite, laptop in zip(suites, FLEET.laptops):
        kinds = [child.tag for case in suite for child in case]
        assert suite.get("name") == laptop.name
        assert [int(str(suite.get(name))) for name in ("tests", "failures", "errors", "skipped")] == [
            len(list(suite)), kinds.count("failure"), kinds.count("error"), kinds.count("skipped"),
        ]  # fmt: skip
    broken = {suite.get("name") for suite in suites if suite.get("failures") != "0" or suite.get("errors") != "0"}
    assert broken == {laptop.name for laptop in FLEET.laptops if laptop.state in ("not_conforming", "unreachable")}
    assert int(str(root.get("tests"))) == sum(len(list(suite)) for suite in suites)


def test_junit_tells_the_step() -> None:
    failed = next(laptop for laptop in FLEET.laptops if laptop.document["status"] == "failed")
    assert f"(step: {failed.document['error']['step']})" in tables.as_junit(FLEET)


def test_xml_of_hostile_text_is_xml() -> None:
    root = ET.fromstring(tables.as_junit(hostile_fleet()))
    assert root[0].get("name") == HOSTILE.replace("\x07", "?")


SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (?P<value>-?[0-9.e+]+)$')


@pytest.mark.parametrize("which", [FLEET, hostile_fleet()])
def test_prometheus_reads_every_line(which: fleet.Fleet) -> None:
    declared: set[str] = set()
    seen: set[str] = set()
    for line in tables.as_prometheus(which).split("\n")[:-1]:
        if line.startswith("# TYPE "):
            declared.add(line.split()[2])
        elif not line.startswith("# HELP "):
            match = SAMPLE.match(line)
            assert match and match["name"] in declared, line
            assert line.rpartition(" ")[0] not in seen
            seen.add(line.rpartition(" ")[0])
    assert "wslfleet_report_problems" in seen


def test_times_keep_their_seconds() -> None:
    assert "wslfleet_report_timestamp_seconds 1795874700\n" in tables.as_prometheus(FLEET)


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
