# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions of developers, audited and repaired by one task of each; the same as over the connection."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from lab.laptops.laptop import Laptop
from lab.linux import images
from tests.integration.laboratory import QUICK, Lab, StartLab
from tests.unit.documentation import documents

pytestmark = pytest.mark.lab

LAPTOP = "handed-over-1"
DEVELOPERS = {"windows_host_windows_users": ["anna", "ben"]}
TWIN = Path(__file__).parent / "twin.yml"
TIME = re.compile(r"\d{8}T\d{6}Z?|\d{8}-\d{6}")


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab("--profile", "handed_over", "--without-compiler", "--without-archive")


def left(lab: Lab) -> list[str]:
    """Tasks and files of bundles on the laptop."""
    laptop = Laptop(lab.laptop(LAPTOP), images.default_cache())
    folder = laptop.drive.host_path("C:\\Program Files\\wslfleet")
    return [*laptop.tasks.names(), *(path.name for path in folder.glob("bundle*"))]


def journal(lab: Lab) -> list[dict[str, t.Any]]:
    """The runs of tasks."""
    file = lab.laptop(LAPTOP) / "tasks.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def comparable(results: dict[str, dict[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """RESULTS without times, without what Ansible adds, and without what only one has: several users, differences."""
    added = {"invocation", "ansible_facts", "warnings", "deprecations", "windows_users", "diff"}
    kept = {name: {k: v for k, v in result.items() if k not in added} for name, result in results.items()}
    return t.cast("dict[str, dict[str, t.Any]]", json.loads(TIME.sub("TIME", json.dumps(kept))))


def differences(one: dict[str, dict[str, t.Any]], other: dict[str, dict[str, t.Any]]) -> list[str]:
    """Every key of a result that is not the same in both."""
    assert set(one) == set(other)
    keys = [(name, key) for name in one for key in sorted({*one[name], *other[name]})]
    return [f"{n}.{k}: {one[n].get(k)!r} / {other[n].get(k)!r}" for n, k in keys if one[n].get(k) != other[n].get(k)]


def test_the_audit_by_task_finds_a_driver_and_nothing_is_left(lab: Lab) -> None:
    run = lab.playbook("audit", variables=DEVELOPERS)
    assert run.code == 0, run.output
    assert [line for line in run.lines("anna") if '"stop ' in line and " G9 " in line], run.output
    assert not [line for line in run.lines("ben") if '"stop ' in line and " G9 " in line], run.output
    assert run.recap[LAPTOP]["changed"] == 0
    assert left(lab) == []
    how = {entry["user"]: entry["logon_type"] for entry in journal(lab)}
    assert how == {"anna": "InteractiveToken", "ben": "S4U"}
    assert len(journal(lab)) == 2
    # What was started without a session is stopped: wsl.exe a second time.
    programs = {entry["user"]: sum("wsl.exe" in path for path in entry["processes"]) for entry in journal(lab)}
    assert programs == {"anna": 1, "ben": 2}


def test_who_has_one_gets_no_other_and_nothing_is_built(lab: Lab) -> None:
    """Ben is not logged on and has his in another place than a hand-over would choose: his own task tells."""
    for _run in range(3):
        before, tasks = len(lab.journal(LAPTOP)), len(journal(lab))
        run = lab.playbook("provision", variables={**DEVELOPERS, **QUICK, "wslfleet_update_handed_over": False})
        assert run.code == 0, run.output
        assert run.recap[LAPTOP]["changed"] == 0, run.output
        assert run.lines("handed over"), run.output
        lines = [entry["line"] for entry in lab.journal(LAPTOP)[before:]]
        assert not [line for line in lines if "wslfleet-build" in line and "--list" not in line], lines
        assert [entry["user"] for entry in journal(lab)[tasks:]] == ["ben"]
        assert len(lines) <= 10, lines
    assert left(lab) == []


def test_settings_come_to_those_who_have_a_profile(lab: Lab) -> None:
    """Carl never logged on: he waits, and keeps nobody from what is theirs."""
    variables = {
        "windows_host_windows_users": ["anna", "ben", "carl"],
        "windows_host_wsl_config": {"wsl2": {"memory": "4GB"}},
        "wslfleet_update_handed_over": False,
        **QUICK,
    }
    for changed in (True, False):
        run = lab.playbook("provision", variables=variables)
        assert run.code == 0, run.output
        assert bool(run.recap[LAPTOP]["changed"]) is changed, run.output
        assert [line for line in run.lines("awaiting logon of carl") if "there is no profile of that user" in line]
    laptop = Laptop(lab.laptop(LAPTOP), images.default_cache())
    for user in laptop.state.users[1:]:
        assert b"memory=4GB" in laptop.drive.host_path(f"{user.profile}\\.wslconfig").read_bytes()


def test_a_task_gives_the_same_results_as_the_connection(lab: Lab, tmp_path: Path) -> None:
    file, tasks = tmp_path / "results.json", len(journal(lab))
    run = lab.playbook(TWIN, variables={"results": str(file), "cuda_version": "12.8", **QUICK})
    assert run.code == 0, run.output
    found = json.loads(file.read_text("utf-8"))
    bundle, direct = comparable(found["bundle"]), comparable(found["direct"])
    assert differences(bundle, direct) == []
    assert (bundle["before"]["clean"], bundle["repair"]["changed"], bundle["audit"]["clean"]) == (False, True, True)
    assert bundle["plan"]["allowed"] is False
    assert len(journal(lab)) - tasks == 2


def test_the_repair_by_task_is_clean_afterwards(lab: Lab) -> None:
    run = lab.playbook("repair", variables=DEVELOPERS)
    assert run.code == 0, run.output
    assert run.lines("anna: nothing was wrong"), run.output
    assert left(lab) == []
    lines = [json.dumps(entry) for entry in lab.journal(LAPTOP)]
    assert not [line for line in lines if "-u root" in line and "anna" in line]


def test_the_examples_run(lab: Lab, tmp_path: Path) -> None:
    """They need developers; tests/integration/test_examples.py runs those of all other modules."""
    document = documents.read(documents.PLUGINS / "modules" / "cuda_bundle.py")
    tasks = json.dumps(document.examples).replace(
        '"Ubuntu-24.04"', json.dumps(lab.variables["windows_host_distribution"])
    )
    play = {"name": "Examples", "hosts": "laptops", "gather_facts": False, "tasks": json.loads(tasks)}
    playbook = tmp_path / "examples.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    run = lab.playbook(playbook)
    assert run.code == 0, run.output
    assert run.lines("anna: clean") and run.lines("ben: clean"), run.output
    assert left(lab) == []
