# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A laptop with a fresh Windows 11 24H2 and an NVIDIA driver, without WSL: state, drive and registry."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

from lab.linux.driver import write_driver_files, write_driver_store
from lab.machine.drive import Drive
from lab.machine.registry import Registry
from lab.machine.state import Gpu, WindowsState
from lab.windows import fresh_registry, hives

SYSTEM32 = "C:\\Windows\\System32"
LXSS_LIB = f"{SYSTEM32}\\lxss\\lib"

MODELLED = (
    "certutil",
    "cmd",
    "conhost",
    "curl",
    "dism",
    "find",
    "findstr",
    "fsutil",
    "hostname",
    "icacls",
    "msiexec",
    "pnputil",
    "powercfg",
    "reg",
    "robocopy",
    "sc",
    "schtasks",
    "shutdown",
    "tar",
    "tasklist",
    "wevtutil",
    "where",
)
"""Programs of System32 that the lab models; nvidia-smi, chcp.com and the WSL stub come on top."""

NOT_MODELLED = (
    "bitsadmin",
    "bcdedit",
    "ipconfig",
    "manage-bde",
    "net",
    "netsh",
    "ping",
    "quser",
    "systeminfo",
    "takeown",
    "taskkill",
    "timeout",
    "wusa",
    "xcopy",
)
"""Programs that stand in the real System32, so that starting one here fails loudly and not as "not recognized"."""

DEFAULT_FEATURES = {
    "HypervisorPlatform": "Disabled",
    "Microsoft-Hyper-V": "Disabled",
    "Microsoft-Windows-Subsystem-Linux": "Disabled",
    "VirtualMachinePlatform": "Disabled",
}

_FOLDERS = (
    "C:\\PerfLogs",
    "C:\\Program Files",
    "C:\\Program Files (x86)",
    "C:\\ProgramData",
    "C:\\Users\\Public",
    "C:\\Windows\\Logs\\CBS",
    "C:\\Windows\\Temp",
    f"{SYSTEM32}\\drivers\\etc",
    f"{SYSTEM32}\\DriverStore\\FileRepository",
)


def make_windows(directory: Path, state: WindowsState) -> None:
    """Write laptop.json, registry.json and C/ into DIRECTORY. Empty features of STATE get the defaults.

    Features that STATE says are Enabled are effective; the laptop has booted just now.
    """
    directory.mkdir(parents=True, exist_ok=True)
    state.features = state.features or dict(DEFAULT_FEATURES)
    state.boot_time = state.boot_time or time.time()
    text = json.dumps(dataclasses.asdict(state), indent=2, ensure_ascii=False)
    (directory / "laptop.json").write_text(text, encoding="utf-8")
    drive = Drive(directory / "C")
    _make_folders(drive, state)
    _make_programs(drive)
    make_driver(drive, state.gpus)
    registry = Registry(directory / "registry.json")
    with registry.batch():
        fresh_registry.fill(registry, state)


def _make_folders(drive: Drive, state: WindowsState) -> None:
    for folder in _FOLDERS:
        drive.host_path(folder).mkdir(parents=True, exist_ok=True)
    all_users = drive.host_path("C:\\Users\\All Users")
    if not all_users.is_symlink():
        all_users.symlink_to("../ProgramData")
    drive.host_path(f"{SYSTEM32}\\drivers\\etc\\hosts").write_text("# localhost name resolution\r\n", encoding="ascii")
    drive.host_path("C:\\Windows\\Logs\\CBS\\CBS.log").write_text("", encoding="ascii")
    for user in state.users:
        for part in ("AppData\\Local\\Temp", "AppData\\Local\\Packages", "AppData\\Roaming", "Desktop", "Documents"):
            drive.host_path(f"{user.profile}\\{part}").mkdir(parents=True, exist_ok=True)
        drive.host_path(f"{user.profile}\\{hives.HIVE_FILE}").write_bytes(hives.hive_content(user))
        for log in ("LOG1", "LOG2"):
            drive.host_path(f"{user.profile}\\{hives.HIVE_FILE}.{log}").write_bytes(b"")


def _make_programs(drive: Drive) -> None:
    for name in (*MODELLED, *NOT_MODELLED):
        drive.add_program(f"{SYSTEM32}\\{name}.exe", name)
    drive.add_program(f"{SYSTEM32}\\chcp.com", "chcp")
    drive.add_program(f"{SYSTEM32}\\wsl.exe", "wsl-stub")
    drive.add_program(f"{SYSTEM32}\\WindowsPowerShell\\v1.0\\powershell.exe", "powershell")
    drive.add_program("C:\\Windows\\explorer.exe", "explorer")


def make_driver(drive: Drive, gpus: list[Gpu]) -> None:
    """What the NVIDIA driver brings: nvidia-smi.exe, and the libraries that WSL shows to distributions.

    The packages of some makers leave nvidia-smi.exe in the driver store only.
    """
    if gpus:
        drive.add_program(f"{SYSTEM32}\\nvidia-smi.exe", "nvidia-smi")
    write_driver_files(drive.host_path(LXSS_LIB), gpus)
    folder = write_driver_store(drive.host_path(fresh_registry.DRIVER_STORE), gpus)
    if folder is not None:
        drive.add_program(f"{fresh_registry.DRIVER_STORE}\\{folder.name}\\nvidia-smi.exe", "nvidia-smi")
