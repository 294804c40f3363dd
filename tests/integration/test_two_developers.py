# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two developers on one laptop, an administrator connects: each gets what was built, the administrator keeps none."""

from __future__ import annotations

import re

import pytest

from lab.laptops.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.linux import images
from lab.wsl import disks
from lab.wsl.registrations import Registrations
from tests.integration.laboratory import QUICK, Lab, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "two-developers-1"
SETTINGS = {**QUICK, "windows_host_windows_users": ["anna", "ben"]}
MOST_WINDOWS_COMMANDS = 4
MOST_BUNDLE_COMMANDS = 9
"""Host, users, folder, files, start, results of each (two reads where one ends before the other), end."""


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab("--ssh", "--profile", "two_developers", "--without-compiler", "--without-archive")


def _owners(laptop: Laptop) -> dict[str, list[str]]:
    """User -> names of distributions."""
    return {
        user.name: [item.name for item in Registrations(laptop.registry, user.sid).all()] for user in laptop.state.users
    }


def test_each_has_a_distribution_with_the_toolkit_and_the_administrator_none(lab: Lab) -> None:
    """Handed over over SSH; ``test_artifact.py`` does it over WinRM."""
    run = lab.over_ssh.playbook("provision", variables=SETTINGS)
    assert run.code == 0, run.output
    assert lab.logons(LAPTOP) and not (lab.laptop(LAPTOP) / "requests.jsonl").exists(), "nothing went over WinRM"
    laptop = Laptop(lab.laptop(LAPTOP), images.default_cache())
    assert _owners(laptop) == {"fleetadmin": [], "anna": ["Debian-12"], "ben": ["Debian-12"]}
    for user in laptop.state.users[1:]:
        item = Registrations(laptop.registry, user.sid).find("Debian-12")
        assert item is not None
        disk = disks.known_disk(laptop, item)
        assert disk is not None
        status = linux_disks.read_file(laptop, disk, "/var/lib/dpkg/status") or b""
        assert b"Package: cuda-toolkit-12-4\n" in status
        assert b"Package: nvidia-driver" not in status
    assert laptop.tasks.names() == []
    assert run.lines("handed over"), run.output


def _packages(laptop: Laptop, user: str) -> bytes:
    """The state of dpkg in the distribution of USER."""
    sid = next(one.sid for one in laptop.state.users if one.name == user)
    item = Registrations(laptop.registry, sid).find("Debian-12")
    assert item is not None
    disk = disks.known_disk(laptop, item)
    assert disk is not None
    return linux_disks.read_file(laptop, disk, "/var/lib/dpkg/status") or b""


def test_an_update_is_one_task_for_each_and_the_second_run_changes_nothing(lab: Lab) -> None:
    """The distributions are the developers' now: the work goes there as a whole, over SSH as over WinRM."""
    laptop = Laptop(lab.laptop(LAPTOP), images.default_cache())
    for changed, road in ((True, lab.over_ssh), (False, lab), (False, lab.over_ssh)):
        before = len(lab.journal(LAPTOP))
        run = road.playbook("provision", variables={**SETTINGS, "cuda_version": "12.8"})
        assert run.code == 0, run.output
        assert bool(run.recap[LAPTOP]["changed"]) is changed, run.output
        assert bool(re.search(rf"^\[{LAPTOP}\] (anna|ben): apt \d+%: \S", run.output, re.MULTILINE)) is changed
        assert laptop.tasks.names() == []
        # Looks at tasks that still work depend on the speed of the machine.
        commands = [entry for entry in lab.journal(LAPTOP)[before:] if "done.txt" not in entry["line"]]
        print(f"two developers: {len(commands)} commands")
        assert len(commands) <= MOST_WINDOWS_COMMANDS + MOST_BUNDLE_COMMANDS
    for user in ("anna", "ben"):
        status = _packages(laptop, user)
        assert b"Package: cuda-toolkit-12-8\n" in status
        assert b"Package: nvidia-driver" not in status


def test_what_was_handed_over_can_be_left_alone(lab: Lab) -> None:
    before = len(lab.journal(LAPTOP))
    run = lab.playbook("provision", variables={**SETTINGS, "wslfleet_update_handed_over": False})
    assert run.code == 0, run.output
    assert run.recap[LAPTOP]["changed"] == 0, run.output
    assert len(lab.journal(LAPTOP)) - before <= MOST_WINDOWS_COMMANDS
