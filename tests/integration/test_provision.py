# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on laptops of four display languages: check mode, first run, second run, and what it costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.docs import runs
from tests.integration.laboratory import QUICK, Lab, Run, StartLab

pytestmark = pytest.mark.lab

LANGUAGES = ("en-US", "de-DE", "fr-FR", "ja-JP")
WITH_ALL = "en-US"
AUDITED = Path(__file__).parent / "audited.yml"
MOST_WINDOWS_COMMANDS = 3
MOST_LINUX_LAUNCHES = 1
MOST_TASKS = 15
"""In the recap, ok and skipped together."""


@pytest.fixture(scope="module")
def labs(start_lab: StartLab) -> dict[str, Lab]:
    """One fresh laptop for each language; only where g++ comes from Debian, its archive is needed."""
    few = ["--without-compiler", "--without-archive"]
    return {
        language: start_lab("--language", language, *(few[:1] if language == WITH_ALL else few))
        for language in LANGUAGES
    }


def _settings(language: str) -> dict[str, object]:
    """One language with everything but the smoke test, which the molecule scenarios have; the others without g++."""
    return {"cuda_smoke_test": False} if language == WITH_ALL else QUICK


def _files(lab: Lab) -> dict[str, bytes]:
    laptop = lab.laptop("fresh-1")
    return {name: (laptop / name).read_bytes() for name in ("registry.json", "laptop.json")}


def _as_in_the_guide(run: Run, name: str) -> None:
    """Plays, tasks and outcomes of RUN are those that the page of the guide shows of the run NAME."""
    page = runs.PATH.read_text(encoding="utf-8")
    assert runs.shape(run.output) == runs.shape(runs.shown(name, page)), f"make the page anew: {runs.COMMAND}"


def test_check_mode_tells_the_steps_and_takes_none(labs: dict[str, Lab]) -> None:
    lab = labs[WITH_ALL]
    before = _files(lab)
    run = lab.playbook("provision", "--check", "--diff", variables=_settings(WITH_ALL))
    assert run.code == 0, run.output
    assert run.recap["fresh-1"]["changed"] > 0
    assert run.lines("VirtualMachinePlatform")
    assert _files(lab) == before
    _as_in_the_guide(run, runs.CHECK)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fresh_laptop_is_provisioned(labs: dict[str, Lab], language: str) -> None:
    lab = labs[language]
    run = lab.playbook("provision", variables=_settings(language))
    assert run.code == 0, run.output
    state = json.loads((lab.laptop("fresh-1") / "laptop.json").read_text(encoding="utf-8"))
    assert state["reboots"] == 1
    listed = lab.linux("fresh-1", "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'").output
    assert "ii  cuda-toolkit-12-4" in listed
    assert "nvidia-driver" not in listed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_run_changes_nothing_and_is_cheap(labs: dict[str, Lab], language: str) -> None:
    lab = labs[language]
    before = len(lab.journal("fresh-1"))
    run = lab.playbook("provision", variables=_settings(language))
    assert run.code == 0, run.output
    assert run.recap["fresh-1"]["changed"] == 0
    commands = lab.journal("fresh-1")[before:]
    linux = [command for command in commands if " --exec /bin/sh " in command["line"]]
    windows = [command for command in commands if command not in linux]
    print(f"{language}: {len(windows)} WinRS commands for Windows, {len(linux)} for Linux")
    assert len(windows) <= MOST_WINDOWS_COMMANDS
    assert 0 < len(linux) <= MOST_LINUX_LAUNCHES
    assert run.recap["fresh-1"]["ok"] + run.recap["fresh-1"]["skipped"] <= MOST_TASKS
    _as_in_the_guide(run, runs.CONVERGED)


def test_the_audit_tells_every_row_of_the_guide(labs: dict[str, Lab], tmp_path: Path) -> None:
    lab, found = labs[WITH_ALL], tmp_path / "found.json"
    before = len(lab.journal("fresh-1"))
    run = lab.playbook(AUDITED, variables={"found": str(found)})
    assert run.code == 0, run.output
    findings = json.loads(found.read_text(encoding="utf-8"))
    assert {finding["row"] for finding in findings} >= {f"G{number}" for number in range(1, 25)}
    assert [finding for finding in findings if finding["id"] == "not_looked_at" or finding["level"] == "stop"] == []
    assert all(finding["seen"] and (finding["remedy"] or finding["level"] == "ok") for finding in findings)
    told = {finding["id"]: finding for finding in findings}
    assert len(told) == len(findings)
    assert {name: told[name]["level"] for name in ("debuggers", "compile", "toolkit_path", "nvcc")} == {
        "debuggers": "ok",
        "compile": "info",
        "toolkit_path": "ok",
        "nvcc": "ok",
    }
    # The table shows warn and stop only; and nothing more is asked of Windows for all this.
    assert not run.lines("managed_memory") and not run.lines("toolkit_path"), run.output
    assert len([c for c in lab.journal("fresh-1")[before:] if " --exec /bin/sh " not in c["line"]]) <= 2
