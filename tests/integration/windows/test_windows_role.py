# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role windows_host over WinRM on laptops that need two restarts, or whose firmware has virtualization off."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.integration.laboratory import Lab, StartLab

pytestmark = pytest.mark.lab

ROLE = Path(__file__).with_name("role.yml")
TWICE, OFF = "two-restarts-1", "no-virtualization-1"


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab("--profile", "two_restarts", "--profile", "no_virtualization", "--without-compiler")


def state(lab: Lab, laptop: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads((lab.laptop(laptop) / "laptop.json").read_text(encoding="utf-8"))
    return found


def test_first_run(lab: Lab) -> None:
    run = lab.playbook(ROLE, variables={"windows_host_reboot_delay": 0})
    assert (run.recap[TWICE]["failed"], run.recap[OFF]["failed"]) == (0, 1), run.output
    assert (state(lab, TWICE)["reboots"], state(lab, OFF)["reboots"]) == (2, 1)
    assert run.lines(f"{OFF} cannot continue: the hypervisor could not start in this boot"), run.output
    assert run.lines("Security > Virtualization"), run.output


def test_second_run(lab: Lab) -> None:
    before = len(lab.journal(TWICE))
    run = lab.playbook(ROLE, variables={"windows_host_reboot_delay": 0})
    assert (run.recap[TWICE]["changed"], run.recap[TWICE]["failed"]) == (0, 0), run.output
    assert len(lab.journal(TWICE)) - before <= 3
    assert (run.recap[OFF]["changed"], run.recap[OFF]["failed"]) == (0, 1)
    assert run.lines(f"{OFF} was not changed: the hypervisor could not start"), run.output
    assert state(lab, TWICE)["reboots"] == 2


def test_everyone_on_the_laptop(lab: Lab) -> None:
    before = len(lab.journal(TWICE))
    run = lab.playbook(ROLE, variables={"windows_host_unloaded_profiles": "copy"})
    assert (run.recap[TWICE]["changed"], run.recap[TWICE]["failed"]) == (0, 0), run.output
    lines = [entry["line"] for entry in lab.journal(TWICE)[before:]]
    assert [line for line in lines if "reg.exe load HKU\\wslfleet-S-1-5-21-" in line]
    assert len(lines) <= 3 + 3
    assert run.lines("fleetadmin"), "the table of distributions"
    assert "wslfleet-S-1-5-21-" not in (lab.laptop(TWICE) / "registry.json").read_text(encoding="utf-8")
    assert list((lab.laptop(TWICE) / "C" / "ProgramData" / "wslfleet").glob("hives")) == []
