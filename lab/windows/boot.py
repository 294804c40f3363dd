# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot of Windows does: apply what was pending, forget what is volatile, count itself.

The boot event (Kernel-General, event 12) is not stored: wevtutil makes it from the boot's number and time.
"""

from __future__ import annotations

import time

from lab.machine.machine import Machine
from lab.windows import events
from lab.windows.hives import unload_hive, unmount

SESSION_MANAGER_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
PREFETCH_KEY = f"{SESSION_MANAGER_KEY}\\Memory Management\\PrefetchParameters"
CBS_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
UPDATE_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update"
COMPUTER_NAME_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName"
INSTALLER_LOCK = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\InProgress"
SERVICES_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
LXSS = "Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"

FEATURE_SERVICES = {
    "VirtualMachinePlatform": ("vmcompute", "hns", "vfpext"),
    "Microsoft-Windows-Subsystem-Linux": ("LxssManager",),
}
"""Services that exist while an optional feature is enabled; without them it is not effective yet."""


def apply_pending(laptop: Machine) -> None:
    """Boot: LAPTOP's state and registry are those of a Windows that has just come up. The caller saves the state."""
    _end_sessions(laptop)
    with laptop.registry.batch():
        _rename_files(laptop)
        _enable_features(laptop)
        laptop.registry.delete(f"{UPDATE_KEY}\\RebootRequired")
        if "EnablePending" not in laptop.state.features.values():
            laptop.registry.delete(f"{CBS_KEY}\\RebootPending")
        laptop.registry.delete(f"HKLM\\{LXSS}\\DiskMounts")
        laptop.registry.delete(INSTALLER_LOCK)
        _rename_computer(laptop)
        laptop.state.reboots += 1
        _count_boot(laptop, laptop.state.boot_id + 1)
        start_hypervisor(laptop)


def start_hypervisor(laptop: Machine) -> None:
    """Where VirtualMachinePlatform wants the hypervisor and the firmware does not let it start, an event says so."""
    if laptop.state.features.get("VirtualMachinePlatform") == "Enabled" and not laptop.state.firmware_virtualization:
        events.add(laptop, events.SYSTEM, events.HYPERVISOR, events.HYPERVISOR_LAUNCH_FAILED, {"Phase": "0"})


def first_boot(laptop: Machine) -> None:
    """Give a laptop that was never switched on its first boot; nothing happens to any other."""
    if laptop.state.boot_time == 0.0:
        _count_boot(laptop, laptop.state.boot_id)
        laptop.save()


def _count_boot(laptop: Machine, number: int) -> None:
    laptop.state.boot_id = number
    laptop.state.boot_time = time.time()
    laptop.registry.set(PREFETCH_KEY, "BootId", "REG_DWORD", number)


def _end_sessions(laptop: Machine) -> None:
    """Nobody is logged on after a boot, so no user's hive is loaded; what was volatile in it is gone."""
    for name in list(laptop.state.mounted_hives):
        unmount(laptop, name)
    for user in laptop.state.users:
        laptop.registry.delete(f"HKU\\{user.sid}\\{LXSS}\\InstallStatus")
        unload_hive(laptop, user)


def _enable_features(laptop: Machine) -> None:
    """A feature that needs more boots than this one stays pending."""
    if "EnablePending" in laptop.state.features.values() and laptop.state.boots_for_features > 1:
        laptop.state.boots_for_features -= 1
        return
    for name, state in laptop.state.features.items():
        if state == "EnablePending":
            laptop.state.features[name] = "Enabled"
            add_feature_services(laptop, name)


def add_feature_services(laptop: Machine, feature: str) -> None:
    """Register the services of an enabled FEATURE."""
    for service in FEATURE_SERVICES.get(feature, ()):
        key = f"{SERVICES_KEY}\\{service}"
        laptop.registry.set(key, "ImagePath", "REG_EXPAND_SZ", f"%SystemRoot%\\system32\\{service}.exe")
        laptop.registry.set(key, "Start", "REG_DWORD", 3)
        laptop.registry.set(key, "Type", "REG_DWORD", 16)


def _rename_files(laptop: Machine) -> None:
    """PendingFileRenameOperations: pairs of source and target; an empty target deletes, ``!`` replaces."""
    pending = laptop.registry.get(SESSION_MANAGER_KEY, "PendingFileRenameOperations")
    if pending is None or not isinstance(pending.data, list):
        return
    for source, target in zip(pending.data[::2], pending.data[1::2], strict=False):
        path = laptop.drive.host_path(source)
        if not path.exists():
            continue
        if target:
            path.replace(laptop.drive.host_path(target.removeprefix("!")))
        elif path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        else:
            path.unlink()
    laptop.registry.delete(SESSION_MANAGER_KEY, "PendingFileRenameOperations")


def _rename_computer(laptop: Machine) -> None:
    name = laptop.registry.get(f"{COMPUTER_NAME_KEY}\\ComputerName", "ComputerName")
    if name is not None:
        laptop.registry.set(f"{COMPUTER_NAME_KEY}\\ActiveComputerName", "ComputerName", "REG_SZ", name.data)
        laptop.state.computer_name = str(name.data)
