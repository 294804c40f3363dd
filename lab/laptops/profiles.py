# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the laptops of each profile are like before anyone connects."""

from __future__ import annotations

import typing as t
from pathlib import Path

from lab.internet.authority import Authority
from lab.internet.authority import make as make_authority
from lab.laptops import linux_cases
from lab.laptops.laptop import Laptop
from lab.linux import disks as linux_disks
from lab.machine.state import Gpu, User, WindowsState
from lab.repository.cache import Say
from lab.repository.keys import lab_keys
from lab.windows import boot, certificate_store, fresh, releases
from lab.windows.releases import Release
from lab.windows.version import runs_packages_directly
from lab.wsl import disks, linux_files, package
from lab.wsl.registrations import Distribution, Registrations, new_id

ADMINISTRATOR = "fleetadmin"
PASSWORD = "Fleet-4dmin!"
DISTRIBUTION = "Debian-12"
BEHIND_PROXY = "packages.corp.invalid"
"""The name of the repositories that only the company's proxy knows."""
PROXY_ACCOUNT = ("svc-cuda", "Pr0xy-p@ss:w#rd")
LANGUAGES = ("en-US", "de-DE", "fr-FR", "ja-JP")

IMAGE = "debian-12"

APPS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications"
STORE_APP = "MicrosoftCorporationII.WindowsSubsystemForLinux_1.2.5.0_x64__8wekyb3d8bbwe"

PROFILES = {
    "fresh": "Windows 11, a current NVIDIA driver, no WSL",
    "two_restarts": "fresh; optional features take effect after the second restart only",
    "no_virtualization": "fresh; virtualization is off in the firmware",
    "ready": "WSL and a distribution, nothing else",
    "behind_proxy": "ready; the company's proxy looks into TLS, and Windows trusts its authority by group policy",
    "legacy_keys": "ready, with the old apt key in five places and stale, conflicting source entries",
    "two_developers": "WSL, no distribution, and two developers: anna, who is logged on, and ben, who is not",
    "handed_over": "two_developers, and all three accounts have the distribution; a Linux driver is installed in those "
    "of anna and of the administrator",
    "broken_driver": "ready, with a Linux driver installed in the distribution",
    "docker_desktop": "ready, and Docker Desktop serves the distribution",
    "windows_10": "fresh, but Windows 10 21H2 as it came out",
    "windows_10_updated": "fresh, but Windows 10 21H2 of December 2022",
    "server_2022": "fresh, but Windows Server 2022",
    "server_2022_old": "fresh, but Windows Server 2022 of March 2022",
    "server_2025": "fresh, but Windows Server 2025",
    "air_gapped": "fresh, without any network but the one to the controller",
    "store_blocked": "fresh, and the Microsoft Store refuses",
    "inbox_old": "inbox, of 2021: its wsl.exe knows nothing of the package",
    "inbox": "Windows 10 21H2 with the WSL of Windows itself, without the package",
    "store": "Windows 11 22H2 with the WSL of the Microsoft Store, without the package",
}

FRESH: dict[str, dict[str, t.Any]] = {
    "two_restarts": {"boots_for_features": 2},
    "no_virtualization": {"firmware_virtualization": False},
}
"""What some laptops without WSL have different from the good one (lab/machine/state.py, WindowsState)."""

RELEASES = {
    "windows_10": releases.WINDOWS_10_21H2,
    "windows_10_updated": releases.WINDOWS_10_21H2_2022,
    "server_2022": releases.SERVER_2022,
    "server_2022_old": releases.SERVER_2022_2022,
    "server_2025": releases.SERVER_2025,
    "inbox_old": releases.WINDOWS_10_21H2,
    "inbox": releases.WINDOWS_10_21H2_2022,
    "store": releases.WINDOWS_11_22H2,
}
"""Profiles that are not Windows 11 24H2."""
WITHOUT_WSL = (
    "fresh",
    *FRESH,
    "windows_10",
    "windows_10_updated",
    "server_2022",
    "server_2022_old",
    "server_2025",
    "air_gapped",
    "store_blocked",
    "inbox",
    "inbox_old",
    "store",
)
"""Profiles that have neither the package nor a distribution."""


WITH_DEVELOPERS = ("two_developers", "handed_over")
"""Profiles with anna, who is logged on, and ben, who is not."""


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


def make_laptop(
    directory: Path,
    profile: str,
    language: str,
    web_url: str,
    image_cache: Path,
    say: Say,
    package_archive: bool = True,
) -> None:
    """Write the state of one laptop of PROFILE into DIRECTORY, whose name is the laptop's. Raises CaseError."""
    state = windows_state(directory.name, language)
    state.package_archive = package_archive
    if profile in WITH_DEVELOPERS:
        state.users[1:] = developers()
    for name, value in FRESH.get(profile, {}).items():
        setattr(state, name, value)
    fresh.make_windows(directory, state)
    laptop = Laptop(directory, image_cache)
    shape(laptop, profile)
    if profile in WITHOUT_WSL:
        return
    install_wsl(laptop)
    if profile in WITH_DEVELOPERS:
        laptop.tasks.log_on(laptop.state.users[1])
    if profile == "two_developers":
        return
    if profile == "handed_over":
        administrator, anna, ben = laptop.state.users
        register(laptop, DISTRIBUTION, IMAGE, ben)
        for user in (administrator, anna):
            own = register(laptop, DISTRIBUTION, IMAGE, user)
            linux_cases.broken_driver(laptop, own, web_url, lab_keys(image_cache), IMAGE, say)
        return
    disk = register(laptop, DISTRIBUTION, IMAGE)
    if profile == "legacy_keys":
        linux_cases.legacy_keys(laptop, disk, lab_keys(image_cache))
    if profile == "docker_desktop":
        linux_cases.docker_desktop(laptop, disk)
    if profile == "broken_driver":
        linux_cases.broken_driver(laptop, disk, web_url, lab_keys(image_cache), IMAGE, say)


def trust(directory: Path, image_cache: Path, company: Authority) -> None:
    """Let the laptop in DIRECTORY trust the authority of COMPANY, by group policy, beside those that it comes with."""
    registry = Laptop(directory, image_cache).registry
    certificate_store.add(registry, company.der, "policy", friendly_name="TLS inspection")
    certificate_store.add(registry, make_authority("Some vendor's root").der)


def shape(laptop: Laptop, profile: str) -> None:
    """Give the fresh LAPTOP what PROFILE has of another Windows; neither the package of WSL nor a distribution."""
    if profile in RELEASES:
        _release(laptop, RELEASES[profile])
    laptop.state.online = profile != "air_gapped"
    laptop.state.store_blocked = profile == "store_blocked"
    if profile in ("inbox", "inbox_old"):
        _effective(laptop, "Microsoft-Windows-Subsystem-Linux", "VirtualMachinePlatform")
    if profile == "store":
        _effective(laptop, "VirtualMachinePlatform")
        laptop.drive.add_program("C:\\Windows\\System32\\wsl.exe", "wsl-store")
        laptop.registry.create(f"{APPS}\\{STORE_APP}")
    laptop.save()


def _release(laptop: Laptop, release: Release) -> None:
    releases.become(laptop, release)
    if release.build < releases.FIRST_BUILD_OF_WINDOWS_11 and not runs_packages_directly(laptop):
        laptop.drive.add_program("C:\\Windows\\System32\\wsl.exe", "wsl-inbox")


def _effective(laptop: Laptop, *features: str) -> None:
    """FEATURES are enabled, as after a reboot that nobody remembers."""
    for feature in features:
        laptop.state.features[feature] = "EnablePending"
    boot.apply_pending(laptop)
    laptop.state.reboots = 0


def developers() -> list[User]:
    """Two who work on one laptop and are no administrators."""
    sid = "S-1-5-21-1004336348-1177238915-682003330-"
    return [
        User(name, f"{sid}{number}", "Dev-3loper!", admin=False, hive_loaded=False)
        for name, number in (("anna", 1201), ("ben", 1202))
    ]


def install_wsl(laptop: Laptop) -> None:
    """WSL's feature and package are in place, as after an installation and a reboot."""
    _effective(laptop, "VirtualMachinePlatform")
    package.install_package(laptop, laptop.state.wsl_available)
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
