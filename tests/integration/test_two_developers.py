# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two developers on one laptop, an administrator connects: each gets what was built, the administrator keeps none."""

from __future__ import annotations

import pytest

from lab.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.linux import images
from lab.wsl import disks
from lab.wsl.registrations import Registrations
from tests.integration.laboratory import Lab, StartLab

pytestmark = pytest.mark.lab

LAPTOP = "two-developers-1"
SETTINGS = {"cuda_smoke_test": False, "windows_host_windows_users": ["anna", "ben"]}
MOST_WINDOWS_COMMANDS = 4


@pytest.fixture(scope="module")
def lab(start_lab: StartLab) -> Lab:
    return start_lab("--profile", "two_developers", "--without-compiler")


def _owners(laptop: Laptop) -> dict[str, list[str]]:
    """User -> names of distributions."""
    return {
        user.name: [item.name for item in Registrations(laptop.registry, user.sid).all()] for user in laptop.state.users
    }


def test_each_has_a_distribution_with_the_toolkit_and_the_administrator_none(lab: Lab) -> None:
    run = lab.playbook("provision", variables=SETTINGS)
    assert run.code == 0, run.output
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


def test_the_second_run_changes_nothing_and_is_cheap(lab: Lab) -> None:
    before = len(lab.journal(LAPTOP))
    run = lab.playbook("provision", variables=SETTINGS)
    assert run.code == 0, run.output
    assert run.recap[LAPTOP]["changed"] == 0, run.output
    commands = lab.journal(LAPTOP)[before:]
    print(f"two developers: {len(commands)} WinRS commands")
    assert len(commands) <= MOST_WINDOWS_COMMANDS
