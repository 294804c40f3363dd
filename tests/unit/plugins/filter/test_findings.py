# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What audit.yml shows."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.filter.findings import FilterModule, findings
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import guide

ALL = ["ok", "info", "warn", "stop"]


def verdict(name: str, level: str, row: str = "G9") -> dict[str, str]:
    return {"id": name, "row": row, "level": level, "seen": "seen", "remedy": ""}


WINDOWS = [verdict("windows_build", "ok", "G5"), verdict("free_space", "warn", ""), verdict("wsl_policy", "stop", "G6")]
LINUX = {"rows": [verdict("loader", "stop"), verdict("toolkit", "info"), verdict("guard", "warn")]}


def told(*arguments: t.Any, **more: t.Any) -> list[str]:
    """What is shown, as about:id:level."""
    return [f"{row['about']}:{row['id']}:{row['level']}" for row in findings(*arguments, **more)]


def test_the_worst_come_first_and_what_is_in_order_stays_out() -> None:
    assert told(WINDOWS, LINUX) == [
        "Windows:wsl_policy:stop",
        "Linux:loader:stop",
        "Windows:free_space:warn",
        "Linux:guard:warn",
    ]


def test_everything_when_asked() -> None:
    shown = told(WINDOWS, LINUX, levels=ALL)
    assert [line for line in shown if "not_looked_at" not in line] == [
        "Windows:wsl_policy:stop",
        "Linux:loader:stop",
        "Windows:free_space:warn",
        "Linux:guard:warn",
        "Linux:toolkit:info",
        "Windows:windows_build:ok",
    ]


def test_a_distribution_that_was_not_audited_is_a_finding() -> None:
    assert told([], {}) == ["Linux:distribution:warn"]
    assert told([], {"skipped": True}) == ["Linux:distribution:warn"]


def test_distributions_of_developers() -> None:
    developers = [
        {"user": "anna", "failed": False, "results": {"audit": LINUX}},
        {"user": "ben", "failed": True, "msg": "it broke", "reason": "", "results": {}},
        {"user": "eva", "failed": False, "msg": "", "reason": "awaits a logon", "results": None},
    ]
    shown = findings([], None, developers)
    assert [(row["about"], row["id"], row["level"]) for row in shown] == [
        ("anna", "loader", "stop"),
        ("ben", "distribution", "stop"),
        ("anna", "guard", "warn"),
        ("eva", "distribution", "warn"),
    ]
    assert [row["seen"] for row in shown if row["id"] == "distribution"] == ["it broke", "awaits a logon"]


def rows_of(shown: list[dict[str, t.Any]], about: str) -> set[str]:
    return {row["row"] for row in shown if row["about"] == about}


LINUX_ROWS = {row.id for row in guide.ROWS if guide.LINUX in row.sides}


@pytest.mark.parametrize(
    ("linux", "why"),
    [
        (LINUX, "the audit of the distribution did not report it"),
        ({}, "not looked at, see the row distribution"),
        ({"rows": [verdict("x", "ok", "")]}, "the audit of the distribution did not report it"),
    ],
)
def test_a_row_that_nobody_looked_at_says_why(linux: dict[str, t.Any], why: str) -> None:
    shown = findings(WINDOWS, linux, levels=ALL)
    assert rows_of(shown, "Linux") >= LINUX_ROWS
    unseen = [row for row in shown if row["id"] == "not_looked_at"]
    assert unseen and {row["level"] for row in unseen} == {"info"}
    assert all(row["seen"] == f"{row['title']}: {why}" and row["remedy"] for row in unseen)


def test_a_developer_who_is_away_has_every_row_too() -> None:
    away = {"user": "eva", "failed": False, "msg": "", "reason": "awaits a logon", "results": None}
    assert rows_of(findings([], None, [away], ALL), "eva") == LINUX_ROWS | {"G8"}


def test_rows_have_the_titles_of_the_guide() -> None:
    titles = {row["row"]: row["title"] for row in findings(WINDOWS, LINUX, levels=ALL)}
    assert titles["G9"] == "No Linux driver inside WSL" and titles[""] == ""


def test_its_own_list_is_taken_for_other_levels() -> None:
    everything = findings(WINDOWS, LINUX, levels=ALL)
    assert findings(everything) == findings(WINDOWS, LINUX)
    assert findings(everything, levels=ALL) == everything


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("text",), "needs the verdicts of host_info, not str"), (([], None, [], ["bad"]), "knows no level bad: stop")],
)
def test_wrong_input_is_named(arguments: tuple[t.Any, ...], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        findings(*arguments)


def test_the_filter_is_registered() -> None:
    assert FilterModule().filters() == {"findings": findings}
