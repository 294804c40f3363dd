# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The reads of a Windows host, by name."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    EACH_LINE,
    MARK,
    cmd_line,
    for_each_line,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    SYSTEM32,
    registry_query,
    registry_search,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

VIRTUAL_MACHINE_PLATFORM = "VirtualMachinePlatform"
SUBSYSTEM = "Microsoft-Windows-Subsystem-Linux"
FEATURE_NAMES = (VIRTUAL_MACHINE_PLATFORM, SUBSYSTEM)
STORE_WSL = "WindowsSubsystemForLinux"
BATTERY_REPORT = "C:\\Windows\\wslfleet-battery.xml"
"""Only administrators can write there, so nobody can replace it."""

BOOT_EVENT = ("Microsoft-Windows-Kernel-General", 12)
"""The operating system started."""
HYPERVISOR_FAILED = ("Microsoft-Windows-Hyper-V-Hypervisor", 41)
"""The hypervisor could not be launched: virtualization is off in the firmware."""

SERVICE_NAMES = ("vmcompute", "hns", "vfpext", "WSLService", "LxssManager")
"""vmcompute, hns and vfpext come with VirtualMachinePlatform, LxssManager with Microsoft-Windows-Subsystem-Linux."""

CUDA_LIBRARY = f"{SYSTEM32}\\lxss\\lib\\libcuda.so.1.1"
"""Installed by a Windows driver that supports WSL."""


def windows() -> dict[str, str]:
    """Edition, build, languages, names, and whether the token is elevated (only then S-1-5-19 can be read)."""
    return {
        "windows": registry_query(keys.WINDOWS),
        "architecture": registry_query(keys.ENVIRONMENT, "PROCESSOR_ARCHITECTURE"),
        "user_languages": registry_query(keys.USER_LANGUAGES, "PreferredUILanguages"),
        "machine_languages": registry_query(keys.MACHINE_LANGUAGES, "PreferredUILanguages"),
        "region": registry_query(keys.REGION, "LocaleName"),
        "computer_names": registry_query(keys.COMPUTER_NAMES, "ComputerName", recursive=True),
        "elevated": registry_query("HKU\\S-1-5-19"),
    }


def services() -> dict[str, str]:
    """One read per service; the key exists when the service does."""
    return {f"service_{name.lower()}": registry_query(f"{keys.SERVICES}\\{name}", "Start") for name in SERVICE_NAMES}


def wsl() -> dict[str, str]:
    """The installed WSL and the policies about it."""
    return {
        "lxss_machine": registry_query(keys.LXSS_MACHINE, recursive=True),
        "policies": registry_query(keys.POLICIES),
    }


def pending_reboot() -> dict[str, str]:
    """Reasons for a restart, and the number of the boot."""
    return {
        "servicing": registry_query(f"{keys.SERVICING}\\RebootPending"),
        "servicing_now": registry_query(f"{keys.SERVICING}\\RebootInProgress"),
        "windows_update": registry_query(keys.WINDOWS_UPDATE),
        "file_renames": registry_query(keys.SESSION_MANAGER, "PendingFileRenameOperations"),
        "boot_id": registry_query(keys.PREFETCH, "BootId"),
        "boot_event": system_event(*BOOT_EVENT),
    }


def system_event(provider: str, number: int) -> str:
    """The newest event NUMBER of PROVIDER in the system log, as XML, which is not localised."""
    return _events("System", f"*[System[Provider[@Name='{provider}'] and (EventID={number})]]", 1)


def _events(log: str, query: str, count: int) -> str:
    return cmd_line(f"{SYSTEM32}\\wevtutil.exe", ["qe", log, f"/c:{count}", "/rd:true", "/f:xml", f"/q:{query}"])


def virtualization() -> dict[str, str]:
    """Whether the hypervisor failed at the last start, and the maker of the laptop (their menus differ).

    No program of Windows prints the firmware settings themselves in a form that is not localised.
    """
    return {"hypervisor_failed": system_event(*HYPERVISOR_FAILED), "firmware": registry_query(keys.FIRMWARE)}


def machine() -> dict[str, str]:
    """Which machine it is: the UUID that its firmware told Windows at the last start (SMBIOS, type 1)."""
    return {"machine": registry_query(keys.HARDWARE, "LastConfig")}


def features() -> dict[str, str]:
    """The choices for the optional features that WSL needs; they take effect with the services above."""
    return {
        f"feature_{name.lower()}": registry_query(f"{keys.FEATURES}\\{name}", "Selection") for name in FEATURE_NAMES
    }


def wsl_kind() -> dict[str, str]:
    """Whether WSL came from the Store; its package without the MSI cannot be used from a remote logon."""
    return {"store_wsl": registry_search(keys.STORE_PACKAGES, STORE_WSL)}


def wsl_start() -> dict[str, str]:
    """Start wsl.exe of the package, which prints its versions, or fails if a policy forbids it."""
    return {"wsl_version": wsl_line(EXECUTABLE, ["--version"])}


def blocked_programs() -> dict[str, str]:
    """The newest programs that App Control and AppLocker have blocked."""
    return {
        "app_control": _events("Microsoft-Windows-CodeIntegrity/Operational", "*[System[(EventID=3077)]]", 20),
        "applocker": _events("Microsoft-Windows-AppLocker/EXE and DLL", "*[System[(EventID=8004)]]", 20),
    }


def security() -> dict[str, str]:
    """Policies of the organisation that matter to a remote administrator and to a restart."""
    return {
        "system_policies": registry_query(keys.SYSTEM_POLICIES),
        "bitlocker": registry_query(keys.BITLOCKER_POLICIES),
        "roots": registry_query(certificates.POLICY),
        "autorun_machine": registry_query(f"HKLM\\{keys.COMMAND_PROCESSOR}", "AutoRun"),
        "autorun_user": registry_query(f"HKCU\\{keys.COMMAND_PROCESSOR}", "AutoRun"),
    }


def network() -> dict[str, str]:
    """The proxies of the account and of services, and which kind of adapter has an address."""
    return {
        "proxy_user": registry_query(f"HKCU\\{keys.INTERNET_SETTINGS}"),
        "proxy_winhttp": registry_query(keys.WINHTTP, "WinHttpSettings"),
        "adapter_kinds": registry_query(keys.NETWORK_CLASS, "*IfType", recursive=True),
        "adapter_guids": registry_query(keys.NETWORK_CLASS, "NetCfgInstanceId", recursive=True),
        "addresses": registry_query(keys.NETWORK_INTERFACES, "DhcpIPAddress", recursive=True),
    }


def power() -> dict[str, str]:
    """Whether there is a battery, and after how many seconds the laptop falls asleep."""
    return {
        "batteries": registry_query(keys.BATTERIES),
        "sleep": cmd_line(f"{SYSTEM32}\\powercfg.exe", ["/q", "SCHEME_CURRENT", "SUB_SLEEP", "STANDBYIDLE"]),
    }


def free_space() -> dict[str, str]:
    """Bytes on C:; the labels are localised, the first number of each line is not."""
    return {"free_space": cmd_line(f"{SYSTEM32}\\fsutil.exe", ["volume", "diskfree", "C:"])}


def drives() -> dict[str, str]:
    """The drives of this logon (documentation of fsutil.exe): a localised word, then each as ``C:\\``, without letters
    that a user has assigned to shares."""
    return {"drives": cmd_line(f"{SYSTEM32}\\fsutil.exe", ["fsinfo", "drives"])}


def gpus() -> dict[str, str]:
    """Narrow searches: the whole class holds thousands of values of the display driver.

    They end with exit code 1 if even administrators cannot read a subkey, so only their rows count.
    """
    return {
        f"display_{name.lower()}": registry_query(keys.DISPLAY_CLASS, name, recursive=True)
        for name in ("DriverDesc", "DriverVersion", "MatchingDeviceId", "AdapterType", "UserModeDriverName")
    } | {"cuda_library": cmd_line("dir", ["/b", CUDA_LIBRARY]), "pci": registry_query(keys.PCI_DEVICES)}


def own_distributions() -> dict[str, str]:
    """The distributions of the account that is logged on, its name, its domain and its profile folder."""
    return {
        "own_lxss": registry_query(f"HKCU\\{keys.LXSS_USER}", recursive=True),
        "own_profile": cmd_line("set", ["USER"]),
    }


def users() -> dict[str, str]:
    """The profiles of the laptop and the hives that are loaded now."""
    return {
        "hives": registry_query("HKU"),
        "profiles": registry_query(keys.PROFILE_LIST, "ProfileImagePath", recursive=True),
    }


def whole_host() -> dict[str, str]:
    """The lines that ``host_info`` sends to every host, and the doctor one by one."""
    of_windows = (windows, services, wsl, pending_reboot, gpus, own_distributions, users)
    of_laptop = (virtualization, machine, features, wsl_kind, security, network, power)
    return {name: line for ask in (*of_windows, *of_laptop) for name, line in ask().items()}


def distributions_of_loaded() -> dict[str, str]:
    """The distributions of every user whose hive is loaded, without knowing the SIDs: a section for each hive."""
    shown = cmd_line("echo", [MARK, EACH_LINE])
    return {
        "lxss_loaded": for_each_line(
            registry_query("HKU"), shown, registry_query(f"{EACH_LINE}\\{keys.LXSS_USER}", recursive=True)
        )
    }


def distributions_of(sid: str) -> dict[str, str]:
    """The distributions of another user whose hive is loaded."""
    return {f"lxss_{sid}": registry_query(f"HKU\\{sid}\\{keys.LXSS_USER}", recursive=True)}


def session_of(sid: str) -> dict[str, str]:
    """The keys in the hive of SID during an interactive logon: a subkey for each session, and the domain."""
    return {f"session_{sid}": registry_query(f"HKU\\{sid}\\{keys.VOLATILE_ENVIRONMENT}")}


def time_zone() -> dict[str, str]:
    """The current difference of the host's time from UTC, including summer time."""
    return {"time_zone": registry_query(keys.TIME_ZONE, "ActiveTimeBias")}


def battery_report() -> dict[str, str]:
    """Whether the laptop runs on battery now; powercfg.exe can only write that to a file, which is then deleted."""
    report = cmd_line(
        f"{SYSTEM32}\\powercfg.exe", ["/batteryreport", "/xml", "/duration", "1", "/output", BATTERY_REPORT]
    )
    return {
        "battery_written": report,
        "battery_report": cmd_line("type", [BATTERY_REPORT]),
        "battery_removed": cmd_line("del", ["/f", "/q", BATTERY_REPORT]),
    }


def processes() -> dict[str, str]:
    """All processes, to see whether anyone's WSL runs."""
    return {"processes": cmd_line(f"{SYSTEM32}\\tasklist.exe", ["/fo", "csv", "/nh"])}
