# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab answers as Windows, or says that it does not model it (cases: oracle_cases.py)."""

from __future__ import annotations

import shutil

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from tests.lab.oracle_cases import CMD, CMD_NOT_MODELLED, KEY, NO_DRIVE, NOT_MODELLED, OTHERS, REG, Case
from tests.lab.windows_laptop import ADMIN_SID, Result, make_laptop, run

WORK = "C:\\w"
STORED = KEY.replace("HKCU", f"HKU\\{ADMIN_SID}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    return make_laptop(tmp_path_factory.mktemp("oracle"))


@pytest.fixture
def laptop(shared: Laptop) -> Laptop:
    """One laptop for all cases, with the same files and keys before each."""
    folder = shared.drive.host_path(WORK)
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("d", "full"):
        (folder / name).mkdir(parents=True)
    for name, content in {"f": "one\r\n", "g": "two\r\n", "full/x": "", "cr": "a\rb\r\n", "lf": "a\nb\n"}.items():
        (folder / name).write_bytes(content.encode())
    (folder / "odd").write_bytes("a\u2028b\x0c\r\nc\r\n".encode())
    return shared


def ask(laptop: Laptop, line: str) -> Result:
    return run(laptop, line, cwd=WORK)


def check(result: Result, case: Case) -> None:
    if case.code == NOT_MODELLED:
        assert (result.code, result.err[:18]) == (NOT_MODELLED_EXIT_CODE, "lab: not modelled:"), result
        return
    assert result.code == case.code, result
    assert "lab: " not in result.err, result
    if case.out is not None:
        assert result.out == case.out, result


@pytest.mark.parametrize("case", CMD, ids=[case.name for case in CMD])
def test_cmd(laptop: Laptop, case: Case) -> None:
    check(ask(laptop, case.line), case)


@pytest.mark.parametrize("case", NO_DRIVE, ids=[case.name for case in NO_DRIVE])
def test_a_path_on_a_drive_that_is_not_there(laptop: Laptop, case: Case) -> None:
    check(ask(laptop, case.line), case)


@pytest.mark.parametrize("line", CMD_NOT_MODELLED)
def test_neighbours_of_cmd_are_refused(laptop: Laptop, line: str) -> None:
    check(ask(laptop, line), Case(line, line, NOT_MODELLED))


@pytest.mark.parametrize("case", REG, ids=[case.name for case in REG])
def test_reg(laptop: Laptop, case: Case) -> None:
    registry = laptop.registry
    with registry.batch():
        registry.delete(STORED)
        if not case.name.startswith("add-"):
            registry.set(f"{STORED}\\full", "A", "REG_SZ", "a")
            registry.set(f"{STORED}\\full", "B", "REG_DWORD", 2)
            registry.create(f"{STORED}\\keys\\one")
            registry.create(f"{STORED}\\keys\\two")
    before = registry.values(f"{STORED}\\full")
    result = ask(laptop, case.line)
    if case.name.startswith("add-") and case.code == 0:
        assert (result.code, result.err) == (0, "")
        assert f"HKEY_CURRENT_USER\\Software\\Oracle\r\n{case.out}" in result.out, result
    elif case.name.startswith("delete-") and case.code == 0:
        assert result.code == 0 and result.out.endswith(str(case.out)), result
    else:
        check(result, case)
    if case.code != 0:
        assert not registry.exists(STORED) if case.name.startswith("add-") else True
        assert registry.values(f"{STORED}\\full") == before


@pytest.mark.parametrize("case", OTHERS, ids=[case.name for case in OTHERS])
def test_other_programs(laptop: Laptop, case: Case) -> None:
    if case.name == "tasklist-first-line":
        assert ask(laptop, case.line).out.startswith(str(case.out))
        return
    check(ask(laptop, case.line), case)


def test_no_case_has_the_name_of_another() -> None:
    for cases in (CMD, REG, OTHERS, NO_DRIVE):
        names = [case.name for case in cases]
        assert len(names) == len(set(names))
