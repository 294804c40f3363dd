# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What can be asked of a Windows host, by name. Every key was checked on Windows 10 and 11; none is localised."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32, registry_query

WINDOWS = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
PROFILE_LIST = f"{WINDOWS}\\ProfileList"
ENVIRONMENT = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment"
SESSION_MANAGER = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
PREFETCH = f"{SESSION_MANAGER}\\Memory Management\\PrefetchParameters"
COMPUTER_NAME = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName"
ACTIVE_COMPUTER_NAME = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ActiveComputerName"
SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
LXSS_USER = "Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
LXSS_MACHINE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss"
LXSS_MSI = f"{LXSS_MACHINE}\\MSI"
POLICIES = "HKLM\\SOFTWARE\\Policies\\WSL"
DISPLAY_CLASS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
SERVICING = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
WINDOWS_UPDATE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"
USER_LANGUAGES = "HKCU\\Control Panel\\Desktop"
MACHINE_LANGUAGES = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\MUI\\Settings"
REGION = "HKCU\\Control Panel\\International"

SERVICE_NAMES = ("vmcompute", "hns", "vfpext", "WSLService", "LxssManager")
"""vmcompute, hns and vfpext come with VirtualMachinePlatform, LxssManager with Microsoft-Windows-Subsystem-Linux."""

CUDA_LIBRARY = f"{SYSTEM32}\\lxss\\lib\\libcuda.so.1.1"
"""Put there by a Windows driver that serves WSL."""


def windows() -> dict[str, str]:
    """Edition, build, languages, names, and whether the token is elevated (only then S-1-5-19 can be read)."""
    return {
        "windows": registry_query(WINDOWS),
        "architecture": registry_query(ENVIRONMENT, "PROCESSOR_ARCHITECTURE"),
        "user_languages": registry_query(USER_LANGUAGES, "PreferredUILanguages"),
        "machine_languages": registry_query(MACHINE_LANGUAGES, "PreferredUILanguages"),
        "region": registry_query(REGION, "LocaleName"),
        "computer_name": registry_query(COMPUTER_NAME, "ComputerName"),
        "active_computer_name": registry_query(ACTIVE_COMPUTER_NAME, "ComputerName"),
        "elevated": registry_query("HKU\\S-1-5-19"),
    }


def services() -> dict[str, str]:
    """One read per service; the key exists when the service does."""
    return {f"service_{name.lower()}": registry_query(f"{SERVICES}\\{name}", "Start") for name in SERVICE_NAMES}


def wsl() -> dict[str, str]:
    """The installed WSL and the policies about it."""
    return {"lxss_machine": registry_query(LXSS_MACHINE, recursive=True), "policies": registry_query(POLICIES)}


def pending_reboot() -> dict[str, str]:
    """What waits for a restart, and the boot's number."""
    return {
        "servicing": registry_query(f"{SERVICING}\\RebootPending"),
        "windows_update": registry_query(WINDOWS_UPDATE),
        "file_renames": registry_query(SESSION_MANAGER, "PendingFileRenameOperations"),
        "boot_id": registry_query(PREFETCH, "BootId"),
    }


def gpus() -> dict[str, str]:
    """Three narrow searches: the whole class holds thousands of values of the display driver.

    They end with exit code 1 where a subkey is closed even to administrators, so only their rows count.
    """
    return {
        f"display_{name.lower()}": registry_query(DISPLAY_CLASS, name, recursive=True)
        for name in ("DriverDesc", "DriverVersion", "MatchingDeviceId")
    } | {"cuda_library": cmd_line("dir", ["/b", CUDA_LIBRARY])}


def own_distributions() -> dict[str, str]:
    """The distributions of the account that is logged on, and where its profile lies."""
    return {
        "own_lxss": registry_query(f"HKCU\\{LXSS_USER}", recursive=True),
        "own_profile": cmd_line("set", ["USERPROFILE"]),
    }


def users() -> dict[str, str]:
    """The profiles of the laptop and the hives that are loaded now."""
    return {
        "hives": registry_query("HKU"),
        "profiles": registry_query(PROFILE_LIST, "ProfileImagePath", recursive=True),
    }


def distributions_of(sid: str) -> dict[str, str]:
    """The distributions of another user whose hive is loaded."""
    return {f"lxss_{sid}": registry_query(f"HKU\\{sid}\\{LXSS_USER}", recursive=True)}


def processes() -> dict[str, str]:
    """Every process, to see whether anyone's WSL runs."""
    return {"processes": cmd_line(f"{SYSTEM32}\\tasklist.exe", ["/fo", "csv", "/nh"])}
