# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases of Windows: what the registry of each says about itself. A fresh laptop has Windows 11 24H2."""

from __future__ import annotations

from dataclasses import dataclass

from lab.machine.machine import Machine
from lab.windows.version import CURRENT_VERSION_KEY


@dataclass(frozen=True)
class Release:
    """One release and the update that it stands at (UBR)."""

    product: str
    display_version: str
    build: int
    ubr: int
    edition: str = "Professional"
    installation: str = "Client"


FIRST_BUILD_OF_WINDOWS_11 = 22000

WINDOWS_10_21H2 = Release("Windows 10 Pro", "21H2", 19044, 1288)
"""The oldest that CUDA in WSL supports, as it came out: its wsl.exe is not the one that leads to the package."""
WINDOWS_10_21H2_2022 = Release("Windows 10 Pro", "21H2", 19044, 2364)
"""Of December 2022: the WSL of Windows itself can fetch the package, but does not lead to it."""
SERVER_2022_2022 = Release("Windows Server 2022 Standard", "21H2", 20348, 587, "ServerStandard", "Server")
"""Of March 2022: its wsl.exe does not start the package either."""
WINDOWS_10_22H2 = Release("Windows 10 Pro", "22H2", 19045, 5011)
WINDOWS_11_22H2 = Release("Windows 10 Pro", "22H2", 22621, 1702)
SERVER_2022 = Release("Windows Server 2022 Standard", "21H2", 20348, 3091, "ServerStandard", "Server")
SERVER_2025 = Release("Windows Server 2025 Standard", "24H2", 26100, 2894, "ServerStandard", "Server")


def become(laptop: Machine, release: Release) -> None:
    """Let LAPTOP have RELEASE."""
    strings = {
        "ProductName": release.product,
        "DisplayVersion": release.display_version,
        "CurrentBuild": str(release.build),
        "CurrentBuildNumber": str(release.build),
        "EditionID": release.edition,
        "InstallationType": release.installation,
    }
    with laptop.registry.batch():
        for name, text in strings.items():
            laptop.registry.set(CURRENT_VERSION_KEY, name, "REG_SZ", text)
        laptop.registry.set(CURRENT_VERSION_KEY, "UBR", "REG_DWORD", release.ubr)
