# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of stages, and the small decisions of the gates."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.gates import action_group, cores, export, fragments, run


def session(name: str, result: str, reason: str | None = None) -> dict[str, object]:
    return {"name": name, "signatures": [name], "result": result, "reason": reason, "duration": 2.4}


def test_table() -> None:
    rows = run.rows_of(
        {
            "sessions": [
                session("ruff", "success"),
                session("unit", "failed"),
                session("sanity(2.22)", "skipped", "not run: needs python3.13"),
            ]
        }
    )
    assert run.table(rows).splitlines() == [
        "stage         result                     seconds",
        "------------  -------------------------  -------",
        "ruff          ok                               2",
        "unit          FAILED                           2",
        "sanity(2.22)  not run: needs python3.13         ",
        "FAILED unit; repeat it alone: .venv/bin/nox -s 'unit'",
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"3.11": "/usr/bin/python3.11"}, {"2.16": "3.11", "2.18": "3.11", "2.19": "3.11"}),
        ({}, {}),
        ({"3.13": "x"}, {"2.18": "3.13", "2.19": "3.13", "2.20": "3.13", "2.21": "3.13", "2.22": "3.13"}),
    ],
    ids=["plain Debian 12", "no Python", "new Python only"],
)
def test_choose_python(found: dict[str, str], expected: dict[str, str]) -> None:
    chosen = {core.version: cores.choose_python(core, found) for core in cores.CORES}
    assert {version: python for version, python in chosen.items() if python} == expected


@pytest.mark.parametrize(
    ("changed", "there", "release", "expected"),
    [
        (["plugins/a.py"], [], "0.1.0", "1 shipped files changed since release 0.1.0, for example plugins/a.py"),
        (["roles/a.yml"], [], None, "1 shipped files changed and there was no release yet, for example roles/a.yml"),
        (["plugins/a.py"], ["a.yml"], "0.1.0", None),
        (["tests/a.py", "docs/a.md"], [], "0.1.0", None),
    ],
)
def test_fragment_is_missing(changed: list[str], there: list[str], release: str | None, expected: str | None) -> None:
    found = fragments.problem(changed, there, release)
    assert (found or "").split(":")[0] == (expected or "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("plugins/a.py", True), ("lab/a/b.py", False), ("x.tar.gz", False), ("labels/a", True), ("tests/a.yml", False)],
)
def test_shipped(name: str, expected: bool) -> None:
    assert export.shipped(Path(name), ["lab", "tests", "*.tar.gz"]) is expected


def test_action_group_of_undocumented_action() -> None:
    found = action_group.problems({}, ["gone"], ["lonely"])
    assert found == [
        "meta/runtime.yml: action_groups.cuda names gone, and there is no such module",
        "plugins/action/lonely.py: no plugins/modules/lonely.py documents it",
    ]
