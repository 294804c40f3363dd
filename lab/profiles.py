# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the laptops of each profile are like before anyone connects."""

from __future__ import annotations

import typing as t
from pathlib import Path

from lab import linux_cases
from lab.laptop import Gpu, Laptop, User, WindowsState
from lab.linux import disks as linux_disks
from lab.repository.cache import Say
from lab.repository.keys import lab_keys
from lab.windows import boot, fresh
from lab.wsl import disks, linux_files, package
from lab.wsl.registrations import Distribution, Registrations, new_id

ADMINISTRATOR = "fleetadmin"
PASSWORD = "Fleet-4dmin!"
DISTRIBUTION = "Debian-12"
LANGUAGES = ("en-US", "de-DE", "fr-FR", "ja-JP")

IMAGE = "debian-12"

PROFILES = {
    "fresh": "Windows 11, a current NVIDIA driver, no WSL",
    "ready": "WSL and a distribution, nothing else",
    "legacy_keys": "ready, with the old apt key in three places and stale, conflicting source entries",
    "two_developers": "WSL, no distribution, and two developers: anna, who is logged on, and ben, who is not",
    "broken_driver": "ready, with a Linux driver installed in the distribution",
}


def windows_state(name: str, language: str) -> WindowsState:
    """Windows 11 with a current NVIDIA driver, an administrator, and a developer whose profile is not loaded."""
    return WindowsState(
        computer_name=name.upper()[:15],
        language=language,
        users=[
            User(ADMINISTRATOR, "S-1-5-21-1004336348-1177238915-682003330-1104", PASSWORD),
            User(
                "developer",
                "S-1-5-21-1004336348-1177238915-682003330-1105",
                "Dev-3loper!",
                admin=False,
                hive_loaded=False,
            ),
        ],
        gpus=[Gpu()],
        features={
            "VirtualMachinePlatform": "Disabled",
            "Microsoft-Windows-Subsystem-Linux": "Disabled",
            "HypervisorPlatform": "Disabled",
        },
    )


def make_laptop(directory: Path, profile: str, language: str, web_url: str, image_cache: Path, say: Say) -> None:
    """Write the state of one laptop of PROFILE into DIRECTORY, whose name is the laptop's. Raises CaseError."""
    state = windows_state(directory.name, language)
    if profile == "two_developers":
        state.users[1:] = developers()
    fresh.make_windows(directory, state)
    if profile == "fresh":
        return
    laptop = Laptop(directory, image_cache)
    install_wsl(laptop)
    if profile == "two_developers":
        laptop.tasks.log_on(laptop.state.users[1])
        return
    disk = register(laptop, DISTRIBUTION, IMAGE)
    if profile == "legacy_keys":
        linux_cases.legacy_keys(laptop, disk, lab_keys(image_cache))
    if profile == "broken_driver":
        linux_cases.broken_driver(laptop, disk, web_url, lab_keys(image_cache), IMAGE, say)


def developers() -> list[User]:
    """Two who work on one laptop and are no administrators."""
    sid = "S-1-5-21-1004336348-1177238915-682003330-"
    return [
        User(name, f"{sid}{number}", "Dev-3loper!", admin=False, hive_loaded=False)
        for name, number in (("anna", 1201), ("ben", 1202))
    ]


def install_wsl(laptop: Laptop) -> None:
    """WSL's feature and package are in place, as after an installation and a reboot."""
    laptop.state.features["VirtualMachinePlatform"] = "EnablePending"
    boot.apply_pending(laptop)
    package.install_package(laptop, laptop.state.wsl_available)
    laptop.state.reboots = 0
    laptop.save()


def register(laptop: Laptop, name: str, image: str, user: User | None = None) -> str:
    """Register a distribution NAME made of IMAGE for USER (default: the first account); returns its {guid}."""
    owner = user or laptop.state.users[0]
    guid = new_id()
    folder = f"{owner.profile}\\AppData\\Local\\wsl\\{guid}"
    disk = linux_disks.create_disk(laptop, image)
    laptop.drive.host_path(folder).mkdir(parents=True, exist_ok=True)
    disks.write_disk_file(laptop, f"{folder}\\ext4.vhdx", disk)
    content: t.Any = linux_disks.read_file(laptop, disk, linux_files.OS_RELEASE) or b""
    release = linux_files.os_release(content.decode("utf-8"))
    registrations = Registrations(laptop.registry, owner.sid)
    registrations.add(Distribution(guid, name, folder), modern=True, os_release=release)
    return disk
