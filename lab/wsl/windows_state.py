# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What wsl.exe asks of the Windows that it runs on: services, policies, versions, components."""

from __future__ import annotations

from lab.machine.machine import Machine
from lab.windows.version import build_number

SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
POLICIES = "HKLM\\SOFTWARE\\Policies\\WSL"
MACHINE_LXSS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss"
MSI = f"{MACHINE_LXSS}\\MSI"

LOCAL_SYSTEM = "S-1-5-18"
SERVICE_DISABLED = 4
FIRST_BUILD_OF_WINDOWS_11 = 22000
FIRST_BUILD_WITH_VFPEXT = 22621

WSL1_COMPONENT = "Microsoft-Windows-Subsystem-Linux"
WSL2_COMPONENT = "VirtualMachinePlatform"


def service_exists(laptop: Machine, name: str) -> bool:
    """Is the service NAME registered?"""
    return laptop.registry.exists(f"{SERVICES}\\{name}")


def service_disabled(laptop: Machine, name: str) -> bool:
    """Is the start type of service NAME "disabled"?"""
    value = laptop.registry.get(f"{SERVICES}\\{name}", "Start")
    return value is not None and value.data == SERVICE_DISABLED


def allowed(laptop: Machine, policy: str) -> bool:
    """False when POLICY is 0; other values and no value allow."""
    value = laptop.registry.get(POLICIES, policy)
    return value is None or value.data != 0


def installed_version(laptop: Machine) -> str | None:
    """The version of the MSI, four numbers; None when it is not installed."""
    value = laptop.registry.get(MSI, "Version")
    return None if value is None else str(value.data)


def missing_components(laptop: Machine, wsl1: bool) -> list[str]:
    """The optional components that ``wsl --install`` would enable, WSL 1's only when asked for or before Windows 11."""
    number = build_number(laptop)
    missing = []
    if (wsl1 or number < FIRST_BUILD_OF_WINDOWS_11) and not service_exists(laptop, "LxssManager"):
        missing.append(WSL1_COMPONENT)
    needed = ["hns", "vmcompute"] + (["vfpext"] if number >= FIRST_BUILD_WITH_VFPEXT else [])
    if not all(service_exists(laptop, name) for name in needed):
        missing.append(WSL2_COMPONENT)
    return missing
