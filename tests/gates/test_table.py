# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of stages, and the small decisions of the gates."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from scripts.gates import ansible_test, cores, export, fragments, order, run

ROOT = Path(__file__).resolve().parents[2]


def session(name: str, result: str, reason: str | None = None) -> dict[str, object]:
    return {"name": name, "signatures": [name], "result": result, "reason": reason, "duration": 2.4}


def test_table() -> None:
    errors = [f"FAILED tests/unit/a.py::test_{number} - assert 0" for number in range(12)]
    rows = run.rows_of({"sessions": [session("ruff", "success")]}, [], ["ERROR of a test that tests this"])
    rows += run.rows_of({"sessions": [session("unit", "failed")]}, [], errors)
    rows += run.rows_of({"sessions": [session("sanity(2.21)", "success")]}, ["2.21.5, Python 3.13", "left out: x"])
    rows += run.rows_of({"sessions": [session("sanity(2.22)", "skipped", "not run: needs python3.13")]}, [])
    assert run.table(rows).splitlines() == [
        "stage         result   seconds  note",
        "------------  -------  -------  ----",
        "ruff          ok             2",
        "unit          FAILED         2",
        "sanity(2.21)  ok             2  2.21.5, Python 3.13; left out: x",
        "sanity(2.22)  not run           needs python3.13",
        "FAILED unit; repeat it alone: .venv/bin/nox -s 'unit'",
        *(f"  {error}" for error in errors[:10]),
        "  and 2 more",
    ]


def stage(name: str, *lines: str) -> run.Stage:
    """A stage that has printed LINES."""
    found = run.Stage(name)
    for line in lines:
        found.read(line)
    return found


def test_a_stage_is_read_while_it_prints() -> None:
    read = stage(
        "unit",
        "========= 2 failed, 40 passed, 3 skipped, 1 warning in 65.67s (0:01:05) =========",
        "note: plugins/ lines 95.0 %",
        "7 passed in 24.79s",
        "8 passed and nothing else",
        "E   1 failed in 3.00s",
        "FAILED tests/unit/a.py::test_b - assert 0",
        "ERROR tests/unit/c.py - KeyError: 1",
        "ERROR: plugins/modules/d.py:1:1: unused-import: os",
        "nox > Session unit FAILED",
    )
    assert read.notes == ["plugins/ lines 95.0 %"]
    assert [error.split(" ")[1] for error in read.errors] == [
        "tests/unit/a.py::test_b",
        "tests/unit/c.py",
        "plugins/modules/d.py:1:1:",
    ]
    assert read.tests == {"failed": 2, "passed": 47, "skipped": 3, "warning": 1}


@pytest.mark.parametrize(
    ("failed", "name", "lines", "expected"),
    [
        ([], "unit", ["40 passed in 1.00s"], "40 passed in 3723.40s (1:02:03)"),
        ([], "units(2.16)", ["30 passed, 1 skipped in 1.00s"], "no tests ran in"),
        (["units(2.16)"], "units(2.16)", ["1 failed, 30 passed in 1.00s"], "1 failed in"),
        (["ruff"], "unit", ["40 passed in 1.00s"], "40 passed, 1 error in"),
        (["ruff", "docs"], "a", ["2 failed, 3 errors in 1.00s"], "2 failed, 5 errors in"),
        (["unit"], "unit", ["1 failed, 2 passed in 1.00s"], "1 failed, 2 passed in"),
    ],
    ids=["passed", "repeated", "repeated and failed", "no tests, failed", "both", "tests failed"],
)
def test_closing_line_counts_every_test_once(failed: list[str], name: str, lines: list[str], expected: str) -> None:
    done = run.Done([run.Row(each, "FAILED", 1.0) for each in failed], {name: stage(name, *lines).tests})
    line = run.closing([done], 3723.4)
    assert line.startswith(expected)
    assert not failed or "failed" in line or "error" in line


@pytest.mark.parametrize(("result", "code"), [("ok", 0), ("not run", 0), ("FAILED", 1)])
def test_a_stage_that_failed_fails_make(
    result: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "run_check", lambda: [run.Done([run.Row("ruff", result, 1.0)], {})])
    assert run.main(["check"]) == code
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("1 error in 0." if code else "no tests ran in 0.")


def test_a_worker_that_is_done_or_waits_helps_the_others() -> None:
    needs = {"images": ["unit"], "a": ["unit", "images"], "b": ["unit", "images"]}
    found = order.Order([["ruff", "c"], ["unit"], ["images", "a", "b"]], needs)
    assert [found.take(0), found.take(1), found.take(2)] == ["ruff", "unit", "c"]
    waiting = threading.Thread(target=lambda: taken.append(found.take(1)))
    taken: list[str | None] = []
    waiting.start()
    for ended in ("ruff", "c"):
        found.done(ended, passed=True)
        waiting.join(0.1)
        assert taken == [], "no laptop may start before the unit tests have passed"
    found.done("unit", passed=True)
    waiting.join(20)
    assert taken == ["images"]
    found.done("images", passed=True)
    assert [found.take(0), found.take(2), found.take(1)] == ["a", "b", None]
    assert found.left == set()


def test_what_needs_something_that_failed_is_left_and_nobody_waits_for_it() -> None:
    found = order.Order([["unit"], ["images", "a"], ["c"]], {"images": ["unit"], "a": ["images"]})
    assert [found.take(0), found.take(2)] == ["unit", "c"]
    found.done("unit", passed=False)
    assert (found.take(0), found.left) == (None, {"images", "a"})


def test_stages_run_beside_each_other_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "NOX", ["/bin/false"])
    done = run.run_stages([["images", "a"], ["c", "d"]], {"a": ["images"]})
    assert [(row.stage, row.result, row.note) for part in done for row in part.rows] == [
        ("images", "FAILED", "nox did not start it"),
        ("a", "not run", "an earlier stage failed"),
        ("c", "FAILED", "nox did not start it"),
        ("d", "FAILED", "nox did not start it"),
    ]
    monkeypatch.setattr(run, "Stage", None)
    monkeypatch.setattr(threading, "excepthook", lambda _arguments: None)
    broken = run.run_stages([["a"], ["b"]])
    assert all(row.failed for part in broken for row in part.rows) and len(broken) == 2


@pytest.mark.parametrize("bad", ["unit", "ruff", ""])
def test_no_laptop_is_started_before_every_quick_stage_has_passed(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def runs(self: run.Stage) -> run.Done:
        started.append(self.name)
        return run.Done([run.Row(self.name, "FAILED" if self.name == bad else "ok", 1.0)], {})

    monkeypatch.setattr(run.Stage, "run", runs)
    rows = [row for done in run.run_test(["extra"]) for row in done.rows]
    check, cores, lab = (run.stages(tag) for tag in ("check", "cores", "lab"))
    assert {row.stage for row in rows} == {*check, *cores, *lab, "extra"} and len(rows) == len({*rows})
    assert {row.stage for row in rows if row.result == "not run"} == set(lab if bad else [])
    assert sorted(started) == sorted([*check, *cores, "extra", *([] if bad else lab)])
    if not bad:
        first = min(started.index(name) for name in lab)
        assert started[first] == "images" and {*check} <= {*started[:first]}


def test_every_integration_test_is_in_one_part() -> None:
    import noxfile

    files = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/integration/**/test_*.py")]
    parts = [name for names in noxfile.PARTS.values() for name in names]
    for file in files:
        assert sum(file == name or file.startswith(f"{name}/") for name in parts) == 1, file


def test_a_substitute_that_is_not_needed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lib/python3.13/site-packages/ansible_test/_data/requirements/sanity.pylint.txt"
    file.parent.mkdir(parents=True)
    file.write_text("astroid==4\ndill @ https://example.invalid/x.zip#sha256=0\n")
    ansible_test._substitute(tmp_path, cores.DILL)
    assert file.read_text() == "astroid==4\ndill==0.4.1\n"
    with pytest.raises(ValueError, match="take the substitute out"):
        ansible_test._substitute(tmp_path, cores.DILL)


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
    ("installed", "left_out"),
    [("2.19.14", ["2.19"]), ("2.22.0rc1", ["2.22"]), ("2.16.19", []), ("2.2.0", [])],
    ids=["Debian 12", "the newest", "the oldest runs on Python 3.8 too", "no prefix"],
)
def test_the_unit_tests_run_with_the_installed_core_once(installed: str, left_out: list[str]) -> None:
    assert [core.version for core in cores.CORES if cores.repeats_unit(core, installed)] == left_out


def test_no_core_is_left_out_of_make_test() -> None:
    """The oldest, the newest, and the one of Debian 12; the unit tests of the installed one are stage ``unit``."""
    import noxfile

    names, more = {*run.stages("check"), *run.stages("cores")}, {*run.stages("more")}
    for core in cores.CORES:
        assert f"sanity({core.version})" in (names if core.always else more)
        again = core.always and not cores.repeats_unit(core, noxfile.INSTALLED)
        assert f"units({core.version})" in (names if again else more)
    assert "unit" in names


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
