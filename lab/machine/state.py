# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab knows of a Windows beside its registry and its drive: accounts, GPUs, settings (laptop.json)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

LOCAL_SYSTEM = "S-1-5-18"


@dataclass
class User:
    """A Windows account. Its registry hive stands under HKU\\<sid> while ``hive_loaded``."""

    name: str
    sid: str
    password: str
    admin: bool = True
    hive_loaded: bool = True
    logged_on: bool = False
    """Has an interactive session (Volatile Environment exists)."""
    domain: str = "CORP"
    """Its domain; the name of the laptop for a local account, AzureAD for an Entra one."""

    @property
    def profile(self) -> str:
        """The profile folder, a Windows path."""
        if self.sid == LOCAL_SYSTEM:
            return "C:\\Windows\\System32\\config\\systemprofile"
        return f"C:\\Users\\{self.name}"


@dataclass
class Gpu:
    """An NVIDIA GPU as the Windows driver shows it. Versions as in nvidia-smi (``572.61``)."""

    name: str = "NVIDIA RTX 2000 Ada Generation Laptop GPU"
    driver: str = "572.61"
    driver_model: str = "WDDM"
    compute_capability: str = "8.9"
    memory_mib: int = 8188


@dataclass
class WindowsState:
    """What is not in the registry or on the drive. Everything else is there."""

    computer_name: str = "LAPTOP"
    language: str = "en-US"
    users: list[User] = field(default_factory=list)
    gpus: list[Gpu] = field(default_factory=list)
    features: dict[str, str] = field(default_factory=dict)
    """Optional feature -> Disabled | EnablePending | Enabled."""
    firmware_virtualization: bool = True
    manufacturer: str = "LENOVO"
    battery: bool = True
    on_battery: bool = False
    battery_percent: int = 83
    sleep_ac_seconds: int = 1800
    sleep_dc_seconds: int = 900
    """Idle time before the laptop falls asleep, on mains and on battery; 0 is never."""
    boots_for_features: int = 1
    """How many restarts an optional feature needs until it is in effect."""
    events: list[dict[str, t.Any]] = field(default_factory=list)
    """The event log, oldest first (lab/windows/events.py). Boots are not among them."""
    online: bool = True
    """Public addresses can be reached (the lab answers for them); loopback can always be reached."""
    boot_id: int = 41
    boot_time: float = 0.0
    boot_seconds: float = 2.0
    """How long a reboot keeps the laptop away, in seconds."""
    reboots: int = 0
    comes_back: bool = True
    """False: stays away after the next reboot, as with a BitLocker PIN."""
    wsl_available: str = "2.6.3.0"
    """The version that wsl --install downloads."""
    wsl_update: str = "2.7.10.0"
    """The version that wsl --update leads to."""
    honours_skip_cmd_shell: bool = False
    """Only Windows Server 2008 R2 did; a named oddity."""
    elevated: bool = False
    """WSL was started "as administrator": so are the Windows programs that are started inside a distribution."""
    store_blocked: bool = False
    """The Microsoft Store and its downloads refuse: wsl.exe gets nothing without --web-download."""
    shares: dict[str, str] = field(default_factory=dict)
    """Share of another computer (``\\\\server\\share``) -> directory of this machine."""
    shares_denied: list[str] = field(default_factory=list)
    """Shares, folders and files of them that the account may not read, whoever passes its credentials on."""
    credentials_delegated: bool = False
    """WinRM logons may pass their credentials on, so that shares let them in."""
    mounted_hives: dict[str, str] = field(default_factory=dict)
    """Name below HKU in lower case -> file, for every hive that ``reg load`` put there. A boot forgets them."""
    package_archive: bool = True
    """Disks that are made of an image know the package archive of their distribution."""
    instance_idle_seconds: float = 15.0
    free_bytes: int = 200 * 1024**3
