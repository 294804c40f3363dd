# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about the rows of the audit cannot differ from the code of the checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import guide

from scripts.docs import audit_rows, verdicts

ROOT = Path(__file__).resolve().parents[3]
TOLD = {"loader": verdicts.Told("G9", frozenset({"ok", "stop"}))}


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_every_row_and_every_level_of_every_check_is_on_the_page() -> None:
    page = audit_rows.page()
    for row in guide.ROWS:
        title = f"{row.id} {row.title}"
        assert f"\n{title}\n{'-' * len(title)}\n" in page
    for name, entry in verdicts.told().items():
        for level in entry.levels:
            assert f"   * - ``{name}`` ({level})\n" in page


def test_every_check_of_a_row_stands_below_it() -> None:
    parts = audit_rows.page().split("\n---")
    for name, entry in verdicts.told().items():
        below = [part for part in parts if f"``{name}`` (" in part]
        assert len(below) == 1, name
        assert not entry.row or f"{entry.row} " in parts[parts.index(below[0]) - 1].splitlines()[-1], name


def test_the_checks_of_a_row_are_told_by_its_sides() -> None:
    for folder, side in ((verdicts.PREFLIGHT, guide.WINDOWS), (verdicts.AUDIT, guide.LINUX)):
        told = {entry.row for entry in verdicts.told(folder).values()}
        assert told - {""} == {row.id for row in guide.ROWS if side in row.sides}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({**TOLD, "new": verdicts.Told("G9", frozenset({"ok"}))}, "new has no words"),
        ({}, "no code tells loader"),
        ({"loader": verdicts.Told("G9", frozenset({"ok", "stop"}))}, "loader differs in info, warn"),
        ({"loader": verdicts.Told("G99", frozenset({"ok", "info", "warn", "stop"}))}, "row G99 differs"),
    ],
)
def test_a_difference_is_named(told: dict[str, verdicts.Told], words: str) -> None:
    assert words in audit_rows.disagreements(told)


def test_a_difference_keeps_the_page_from_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "told", lambda: TOLD)
    with pytest.raises(ValueError, match=r"audit_rows\.rst: .*: change CHECKS and ABOUT in scripts\.docs\.audit_rows"):
        audit_rows.page()


CODE = """
def check(seen):
    level = "warn" if seen else STOP
    return Verdict({name}, {row}, {level}, "x")
"""


def read(folder: Path, *codes: str) -> dict[str, verdicts.Told]:
    for number, code in enumerate(codes):
        (folder / f"{number}.py").write_text(code, encoding="utf-8")
    return verdicts.told(folder)


@pytest.mark.parametrize(
    ("level", "levels"),
    [('"ok"', {"ok"}), ("INFO", {"info"}), ("OK if True else INFO", {"ok", "info"}), ("level", {"warn", "stop"})],
)
def test_levels_are_read(tmp_path: Path, level: str, levels: set[str]) -> None:
    code = CODE.format(name='"loader"', row='"G9"', level=level)
    assert read(tmp_path, code) == {"loader": verdicts.Told("G9", frozenset(levels))}


def test_a_check_that_is_told_twice_has_the_levels_of_both(tmp_path: Path) -> None:
    codes = [CODE.format(name='"loader"', row='"G9"', level=level) for level in ("OK", "WARN")]
    assert read(tmp_path, *codes)["loader"].levels == {"ok", "warn"}


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        ("variable", '"G9"', "add the checks that variable stands for"),
        ('"loader"', "row", "row is no text"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, row: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(tmp_path, CODE.format(name=name, row=row, level="OK"))


def test_a_check_of_two_rows_is_refused(tmp_path: Path) -> None:
    codes = [CODE.format(name='"loader"', row=row, level="OK") for row in ('"G9"', '"G10"')]
    with pytest.raises(ValueError, match="loader belongs to G9 and to G10"):
        read(tmp_path, *codes)
