# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main jobs over SSH: a fresh laptop with its restart, what a second run costs, the audit, the doctor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.machine.registry import Registry
from lab.ssh import default_shell
from tests.integration.laboratory import QUICK, Lab, StartLab
from tests.integration.test_provision import MOST_LINUX_LAUNCHES, MOST_TASKS, MOST_WINDOWS_COMMANDS

pytestmark = pytest.mark.lab

LAPTOP = "fresh-1"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    few = ("--language", "de-DE", "--without-compiler", "--without-archive")
    return start_lab("--ssh", "--profile", "fresh", *few).over_ssh


def test_a_fresh_laptop_is_provisioned(lab: Lab) -> None:
    """The restart takes the connection that is kept with it."""
    run = lab.playbook("provision", variables=QUICK)
    assert run.code == 0, run.output
    assert json.loads((lab.laptop(LAPTOP) / "laptop.json").read_text(encoding="utf-8"))["reboots"] == 1
    assert "ii  cuda-toolkit-12-4" in lab.linux(LAPTOP, "dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'").output
    assert not (lab.laptop(LAPTOP) / "requests.jsonl").exists(), "nothing went over WinRM"


def test_the_second_run_changes_nothing_and_is_as_cheap_as_over_winrm(lab: Lab) -> None:
    before, logons = len(lab.journal(LAPTOP)), lab.logons(LAPTOP)
    run = lab.playbook("provision", variables=QUICK)
    assert run.code == 0, run.output
    assert run.recap[LAPTOP]["changed"] == 0
    commands = lab.journal(LAPTOP)[before:]
    linux = [command for command in commands if " --exec /bin/sh " in command["line"]]
    print(f"{len(commands) - len(linux)} commands for Windows, {len(linux)} for Linux")
    assert len(commands) - len(linux) <= MOST_WINDOWS_COMMANDS and 0 < len(linux) <= MOST_LINUX_LAUNCHES
    assert run.recap[LAPTOP]["ok"] + run.recap[LAPTOP]["skipped"] <= MOST_TASKS
    assert lab.logons(LAPTOP) - logons <= 1


@pytest.mark.parametrize("shell", ["cmd", "powershell"])
def test_audit_and_doctor(lab: Lab, tmp_path: Path, shell: str) -> None:
    registry = Registry(lab.laptop(LAPTOP) / "registry.json")
    if shell == "powershell":
        registry.set(default_shell.KEY, "DefaultShell", "REG_SZ", default_shell.POWERSHELL)
    variables = {"ansible_shell_type": shell}
    try:
        audit = lab.playbook("audit", variables=variables)
        settings = {"wslfleet_probe_directory": str(tmp_path), "wslfleet_probe_idle": 0, **variables}
        doctor = lab.playbook("doctor", variables={**settings, "wslfleet_probe_distribution": "Debian-12"})
    finally:
        if shell == "powershell":
            registry.delete(default_shell.KEY)
    assert audit.code == 0 and audit.recap[LAPTOP]["changed"] == 0, audit.output
    assert doctor.code == 0 and doctor.lines("can be managed: yes"), doctor.output
    (file,) = tmp_path.glob("*.probe.json")
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"]
    differ = {row["id"] for row in rows if row["verdict"] not in ("holds", "noted", "missing")}
    assert differ == {"cmd_in_front", "first_quote", "length_8191"}, "what sshd puts around each line"
