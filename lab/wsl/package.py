# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WSL package (MSI) on a laptop: files, registry, service; and what goes wrong when it is replaced while in use.

An upgrade while a virtual machine runs cannot remove ``system.vhd`` and ``modules.vhd``: Windows Installer defers that
to the next boot, writes the new files at once, and the boot deletes them. WSL is then dead with
``CreateVm/HCS/ERROR_FILE_NOT_FOUND`` (microsoft/WSL#40488). The result is 3010, which looks like a formality.
"""

from __future__ import annotations

import typing as t
import uuid

from lab.machine.machine import Machine
from lab.wsl import windows_state
from lab.wsl.windows_state import MSI, SERVICES

FOLDER = "C:\\Program Files\\WSL"
CLIENT = f"{FOLDER}\\wsl.exe"
VIRTUAL_DISKS = (f"{FOLDER}\\system.vhd", f"{FOLDER}\\tools\\modules.vhd")
"""What a running virtual machine holds open."""

SERVICE = f"{SERVICES}\\WSLService"
SESSION_MANAGER = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
PENDING = "PendingFileRenameOperations"
UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"

SUCCESS = 0
REBOOT_REQUIRED = 3010
INSTALL_FAILURE = 1603
UNKNOWN_PRODUCT = 1605

_PRODUCTS = uuid.UUID("6d5b792b-1edc-4de9-8ead-201b820f8e82")
"""The MSI's upgrade code; product codes of the lab are derived from it."""


def product_code(version: str) -> str:
    """The product code of the MSI of VERSION, ``{GUID}`` in upper case; every version has its own."""
    return "{" + str(uuid.uuid5(_PRODUCTS, version)).upper() + "}"


def in_use(laptop: Machine) -> bool:
    """Does anyone's WSL run?"""
    return bool(laptop.instances.running())


def install_package(laptop: Machine, version: str) -> int:
    """Install VERSION (four numbers) in the place of any other; what msiexec returns: 0, 3010 or 1603.

    Downgrades are allowed, as in the real MSI. WSL's service is stopped, so running distributions are killed.
    """
    if laptop.faults.strike("disk_full"):
        return INSTALL_FAILURE
    started = laptop.faults.strike("wsl_starts_during_upgrade") is not None
    held = (in_use(laptop) or started) and windows_state.installed_version(laptop) is not None
    laptop.instances.terminate_all()
    _forget_product(laptop)
    _write_files(laptop, version)
    _write_registry(laptop, version)
    if held:
        _delete_at_boot(laptop, VIRTUAL_DISKS)
    return REBOOT_REQUIRED if held else SUCCESS


def update_package(laptop: Machine) -> int:
    """Install the version that ``wsl --update`` leads to; as install_package."""
    return install_package(laptop, laptop.state.wsl_update)


def repair_package(laptop: Machine) -> int:
    """Write the installed files again and forget that they were to be deleted, as ``msiexec /f``; 0 or 1605."""
    version = windows_state.installed_version(laptop)
    if version is None:
        return UNKNOWN_PRODUCT
    _write_files(laptop, version)
    _write_registry(laptop, version)
    _keep_at_boot(laptop, _files())
    return SUCCESS


def remove_package(laptop: Machine) -> int:
    """Remove the package; registrations and virtual disks stay. 0, 3010, or 1605 when it is not installed."""
    if windows_state.installed_version(laptop) is None:
        return UNKNOWN_PRODUCT
    held = in_use(laptop)
    laptop.instances.terminate_all()
    _forget_product(laptop)
    laptop.registry.delete(MSI)
    laptop.registry.delete(SERVICE)
    for path in _files():
        if held and path in VIRTUAL_DISKS:
            continue
        laptop.drive.host_path(path).unlink(missing_ok=True)
    if held:
        _delete_at_boot(laptop, VIRTUAL_DISKS)
    return REBOOT_REQUIRED if held else SUCCESS


def _files() -> list[str]:
    return [CLIENT, f"{FOLDER}\\wslservice.exe", f"{FOLDER}\\wslhost.exe", f"{FOLDER}\\wslrelay.exe", *VIRTUAL_DISKS]


def _write_files(laptop: Machine, version: str) -> None:
    for path in _files():
        if path == CLIENT:
            laptop.drive.add_program(path, "wsl")
            continue
        file = laptop.drive.host_path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"WSL {version}\n", encoding="ascii")


def _write_registry(laptop: Machine, version: str) -> None:
    code = product_code(version)
    product = f"{UNINSTALL}\\{code}"
    strings = [
        (MSI, "InstallLocation", f"{FOLDER}\\"),
        (MSI, "ProductCode", code),
        (MSI, "Version", version),
        (SERVICE, "DisplayName", "WSL Service"),
        (SERVICE, "ObjectName", "LocalSystem"),
        (product, "DisplayName", "Windows Subsystem for Linux"),
        (product, "DisplayVersion", version),
        (product, "Publisher", "Microsoft Corporation"),
        (product, "UninstallString", f"MsiExec.exe /X{code}"),
    ]
    numbers = [
        (SERVICE, "Start", 2),
        (SERVICE, "Type", 16),
        (SERVICE, "ErrorControl", 1),
        (product, "WindowsInstaller", 1),
    ]
    for key, name, text in strings:
        laptop.registry.set(key, name, "REG_SZ", text)
    for key, name, number in numbers:
        laptop.registry.set(key, name, "REG_DWORD", number)
    laptop.registry.set(SERVICE, "ImagePath", "REG_EXPAND_SZ", f'"{FOLDER}\\wslservice.exe"')


def _forget_product(laptop: Machine) -> None:
    value = laptop.registry.get(MSI, "ProductCode")
    if value is not None:
        laptop.registry.delete(f"{UNINSTALL}\\{value.data}")


def _delete_at_boot(laptop: Machine, paths: t.Iterable[str]) -> None:
    """Append to PendingFileRenameOperations: pairs of a path and where it goes; an empty target deletes."""
    pending = _pending(laptop)
    for path in paths:
        pending += [f"\\??\\{path}", ""]
    laptop.registry.set(SESSION_MANAGER, PENDING, "REG_MULTI_SZ", pending)


def _keep_at_boot(laptop: Machine, paths: t.Iterable[str]) -> None:
    """Take PATHS out of PendingFileRenameOperations; the value goes with its last pair."""
    kept = {f"\\??\\{path}".lower() for path in paths}
    pending = _pending(laptop)
    pairs = [pair for pair in zip(pending[::2], pending[1::2], strict=True) if pair[0].lower() not in kept]
    if pairs:
        laptop.registry.set(SESSION_MANAGER, PENDING, "REG_MULTI_SZ", [text for pair in pairs for text in pair])
    else:
        laptop.registry.delete(SESSION_MANAGER, PENDING)


def _pending(laptop: Machine) -> list[str]:
    value = laptop.registry.get(SESSION_MANAGER, PENDING)
    return list(value.data) if value is not None and isinstance(value.data, list) else []
