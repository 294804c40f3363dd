# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of Windows, read where Windows keeps it: in the registry."""

from __future__ import annotations

from lab.machine.machine import Machine

CURRENT_VERSION_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


def build_number(laptop: Machine) -> int:
    """The build, for example 26100; 0 when the registry does not tell."""
    value = laptop.registry.get(CURRENT_VERSION_KEY, "CurrentBuild")
    return int(str(value.data)) if value else 0


_DIRECT_SINCE = {19044: 4529, 19045: 4474, 20348: 2582, 22621: 3672, 22631: 3672, 25398: 1009}


def revision_number(laptop: Machine) -> int:
    """The update build revision, for example 3476; 1 when the registry does not tell."""
    value = laptop.registry.get(CURRENT_VERSION_KEY, "UBR")
    return int(str(value.data)) if value else 1


def runs_packages_directly(laptop: Machine) -> bool:
    """Whether System32's wsl.exe starts the MSI's client by itself (wslinstall/DllMain.cpp); never on 22000."""
    build = build_number(laptop)
    return build >= 26100 or (build in _DIRECT_SINCE and revision_number(laptop) >= _DIRECT_SINCE[build])


def windows_version(laptop: Machine) -> str:
    """Four parts, for example ``10.0.26100.3476``."""
    return f"10.0.{build_number(laptop)}.{revision_number(laptop)}"
