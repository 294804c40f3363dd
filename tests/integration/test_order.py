# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Linux side over the Windows connection of the inventory: modules, orders, and what goes wrong on the way.

Every mishap is one line, and the next run ends clean.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.laboratory import Lab, Run, StartLab

pytestmark = pytest.mark.lab

READY = "ready-1"
INTO_LINUX = " --exec /bin/sh "
AUDIT = "wslfleet.cuda.cuda_audit_info"
STEPS: list[dict[str, t.Any]] = [
    {"name": "Look first", "module": "cuda_audit_info", "register": "audit"},
    {"name": "Keep drivers out", "module": "cuda_guard"},
    {"name": "Test a source", "module": "cuda_repository", "arguments": {"state": "verified", "url": "http://127.0.0.1:9/"}},
    {"name": "Look last", "module": "cuda_audit_info"},
]  # fmt: skip
AWAY = "mv /usr/bin/python3 /usr/bin/python3.away && printf '{}' >/usr/bin/python3 && chmod 755 /usr/bin/python3"
BACK = "mv /usr/bin/python3.away /usr/bin/python3"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab("--profile", "ready", "--without-compiler", "--without-archive")


def launches(lab: Lab, before: int) -> list[str]:
    return [entry["line"] for entry in lab.journal(READY)[before:] if INTO_LINUX in entry["line"]]


def error(run: Run) -> str:
    """The one line that tells the failure."""
    [line] = [line for line in run.output.splitlines() if line.startswith(("fatal:", f"{READY} |"))]
    assert "Traceback" not in run.output
    return line


def test_a_module_enters_the_distribution_of_the_inventory(lab: Lab) -> None:
    before = len(lab.journal(READY))
    run = lab.task(READY, AUDIT)
    assert run.code == 0 and '"clean": true' in run.output, run.output
    assert len(lab.journal(READY)) - before == 1
    assert len(launches(lab, before)) == 1
    # The connection plugin runs it as the ordinary module that it is.
    inside = {
        "ansible_connection": "wslfleet.cuda.wsl",
        "ansible_wsl_distribution": "Debian-12",
        "ansible_shell_type": "sh",
    }
    again = lab.task(READY, AUDIT, variables={**inside, "ansible_python_interpreter": "/usr/bin/python3"})
    assert again.code == 0 and '"clean": true' in again.output, again.output


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"windows_host_distribution": ""}, "ready-1: no distribution is named: set windows_host_distribution"),
        ({"ansible_wsl_distribution": "Fedora"}, "distribution Fedora on ready-1: no distribution has that name"),
        ({"ansible_wsl_distribution": "a b"}, "'a b' cannot be the name of a distribution"),
    ],
)
def test_a_distribution_that_cannot_be_entered(lab: Lab, variables: dict[str, str], words: str) -> None:
    run = lab.task(READY, AUDIT, variables=variables)
    assert run.code != 0
    assert words in run.output and "Traceback" not in run.output, run.output


def bundle(lab: Lab, tmp_path: Path, *arguments: str, **options: t.Any) -> Run:
    """Send STEPS as one order."""
    task = {"wslfleet.cuda.cuda_bundle": {"steps": STEPS, **options}}
    book = tmp_path / "order.yml"
    book.write_text(yaml.safe_dump([{"hosts": READY, "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return lab.playbook(book, *arguments)


def clean(lab: Lab, tmp_path: Path) -> None:
    """The next run ends well."""
    run = bundle(lab, tmp_path, steps=STEPS[:2])
    assert run.code == 0, run.output


def test_the_first_two_steps_are_told_when_the_third_fails(lab: Lab, tmp_path: Path) -> None:
    run = bundle(lab, tmp_path, "-v")
    told = json.loads(error(run).partition("=> ")[2])
    assert "ready-1: distribution Debian-12: Test a source: " in told["msg"], told["msg"]
    [developer] = told["windows_users"]
    steps = developer["steps"]
    assert developer["not_begun"] == ["Look last"]
    assert [(step["name"], step["failed"]) for step in steps] == [
        ("Look first", False),
        ("Keep drivers out", False),
        ("Test a source", True),
    ]
    assert told["changed"] is steps[1]["changed"] is True
    clean(lab, tmp_path)


def test_differences_stand_under_the_names_of_their_steps(lab: Lab, tmp_path: Path) -> None:
    steps = [{"name": "Let drivers in", "module": "cuda_guard", "arguments": {"state": "absent"}}]
    run = bundle(lab, tmp_path, "--check", "--diff", steps=steps)
    assert run.code == 0, run.output
    assert run.lines("--- before: Let drivers in: /etc/apt/"), run.output
    assert run.recap[READY]["changed"] == 1


def fault(lab: Lab, name: str, **settings: t.Any) -> None:
    words = [f"{key}={value}" for key, value in {"match": INTO_LINUX.strip(), "count": 1, **settings}.items()]
    done = lab.command("fault", READY, name, *words)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("virtual_machine_stops", {"seconds": 0.4}, "it stopped before the command ended"),
        ("connection_cut", {"after_input": 20_000}, "the work had not started in distribution Debian-12 on ready-1"),
    ],
)
def test_an_order_that_is_cut(lab: Lab, tmp_path: Path, name: str, settings: dict[str, t.Any], words: str) -> None:
    fault(lab, name, **settings)
    run = bundle(lab, tmp_path, steps=STEPS[:2])
    assert run.recap[READY]["unreachable"] == 1, run.output
    assert words in error(run), run.output
    clean(lab, tmp_path)


def test_a_connection_that_is_cut_while_an_order_works_is_opened_again(lab: Lab, tmp_path: Path) -> None:
    steps = [{"name": f"Look {number}", "module": "cuda_audit_info"} for number in range(30)]
    fault(lab, "connection_cut", seconds=1.5)  # so long that the work has started, and not ended, on a busy machine too
    run = bundle(lab, tmp_path, steps=steps)
    assert (run.code, run.recap[READY]["unreachable"]) == (0, 0), run.output
    assert run.lines("the connection was lost, looking for the laptop again"), run.output


def test_another_program_in_the_place_of_python(lab: Lab, tmp_path: Path) -> None:
    assert lab.linux(READY, AWAY).code == 0
    run = bundle(lab, tmp_path, stop=True, steps=STEPS[:2])
    assert "distribution Debian-12 on ready-1: the work ended without a result" in error(run), run.output
    assert lab.linux(READY, BACK).code == 0
    clean(lab, tmp_path)
