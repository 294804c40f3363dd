# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the guide, and that each side of a laptop tells those that are its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import report
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.rows import preflight
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import guide

from tests.unit.plugins.module_utils._audit.test_report import BLOCKED, GUARD, seen
from tests.unit.plugins.plugin_utils._preflight.test_rows import CASES, GOOD


def rows_of(side: str) -> set[str]:
    return {row.id for row in guide.ROWS if side in row.sides}


def test_there_are_24_of_them_in_order() -> None:
    assert [row.id for row in guide.ROWS] == [f"G{number}" for number in range(1, 25)]
    assert rows_of(guide.WINDOWS) | rows_of(guide.LINUX) == {row.id for row in guide.ROWS}


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_windows_tells_its_own_rows_whatever_the_laptop(case: tuple[str, dict[str, object], object]) -> None:
    told = {verdict.row for verdict in preflight(replace(GOOD, **case[1]))}
    assert told - {""} == rows_of(guide.WINDOWS)


@pytest.mark.parametrize("files", [{}, GUARD], ids=["bare", "guarded"])
def test_linux_tells_its_own_rows_whatever_the_distribution(tmp_path: Path, files: dict[str, str]) -> None:
    told = {verdict.row for verdict in report.rows(seen(tmp_path, policy=BLOCKED, files=files))}
    assert told == rows_of(guide.LINUX)


def test_what_is_not_told_says_why() -> None:
    told = [{"row": row.id} for row in guide.ROWS if row.id != "G9"]
    assert [vars(verdict) for verdict in guide.untold(told, guide.LINUX, "asleep", "wake it")] == [
        {
            "id": "not_looked_at",
            "row": "G9",
            "level": "info",
            "seen": "No Linux driver inside WSL: asleep",
            "remedy": "wake it",
        }
    ]
    assert guide.untold(told, guide.WINDOWS, "", "") == []
