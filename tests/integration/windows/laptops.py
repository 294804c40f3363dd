# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops that differ from a good one in one thing each, and what has to come of it.

``expected`` holds the verdicts above info, as ``id: level``; ``steps`` how many steps module ``wsl`` takes; ``final``
the state of the laptop after the run.
"""

from __future__ import annotations

import dataclasses
import struct
import typing as t
from dataclasses import dataclass, field

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.state import LOCAL_SYSTEM, Gpu, User, WindowsState
from lab.windows import boot, events, fresh_registry
from lab.windows.version import CURRENT_VERSION_KEY
from lab.wsl.registrations import Distribution, Registrations, new_id

READY = "WSL 2.6.3.0 ready"
UNCHANGED = "unchanged"
Change = t.Callable[[Laptop], object]
StateChange = t.Callable[[WindowsState], object]

MACHINE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
POLICIES = "HKLM\\SOFTWARE\\Policies"
SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
SETTINGS = "Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"


def _nothing(_changed: t.Any) -> None:
    """The good laptop."""


@dataclass(frozen=True)
class Case:
    """One laptop."""

    name: str
    steps: int = 2
    final: str = READY
    expected: dict[str, str] = field(default_factory=dict)
    before: StateChange = _nothing
    """Before Windows is made."""
    after: Change = _nothing
    """On the made laptop."""
    language: str = "en-US"
    toolkit: str = "12.8"
    restarts: int = 1


def registry(key: str, name: str, data: int | str | list[str], kind: str = "") -> Change:
    """Write one value."""
    kinds = {int: "REG_DWORD", str: "REG_SZ", list: "REG_MULTI_SZ"}
    return lambda laptop: laptop.registry.set(key, name, kind or kinds[type(data)], data)


def state(**values: t.Any) -> StateChange:
    """Change settings of Windows."""

    def change(windows: WindowsState) -> None:
        for name, value in values.items():
            assert hasattr(windows, name), name
            setattr(windows, name, value)

    return change


def together(*changes: Change) -> Change:
    """Several changes that make one thing."""

    def change(laptop: Laptop) -> None:
        for each in changes:
            each(laptop)

    return change


def key(name: str) -> Change:
    """Make a key."""
    return lambda laptop: laptop.registry.create(name)


def build(number: int, revision: int, product: str = "Windows 10 Pro", name: str = "") -> Change:
    """Another Windows."""
    return together(
        registry(CURRENT_VERSION_KEY, "CurrentBuild", str(number)),
        registry(CURRENT_VERSION_KEY, "CurrentBuildNumber", str(number)),
        registry(CURRENT_VERSION_KEY, "UBR", revision),
        registry(CURRENT_VERSION_KEY, "ProductName", product),
        registry(CURRENT_VERSION_KEY, "DisplayVersion", name),
    )


def gpu(**values: t.Any) -> StateChange:
    """Another GPU in the place of the usual one."""
    return state(gpus=[dataclasses.replace(Gpu(), **values)])


def feature_enabled(windows: WindowsState) -> None:
    """VirtualMachinePlatform is in effect."""
    windows.features["VirtualMachinePlatform"] = "Enabled"


def installed(laptop: Laptop) -> None:
    """WSL is there."""
    profiles.install_wsl(laptop)


def registered(laptop: Laptop, user: User | None = None) -> None:
    """A distribution of the first account (or USER); its virtual disk is a file and no more."""
    owner, guid = user or laptop.state.users[0], new_id()
    folder = f"{owner.profile}\\AppData\\Local\\wsl\\{guid}"
    laptop.drive.host_path(folder).mkdir(parents=True)
    (laptop.drive.host_path(folder) / "ext4.vhdx").write_bytes(b"disk" * 256)
    release = {"ID": "debian", "VERSION_ID": "12"}
    Registrations(laptop.registry, owner.sid).add(
        Distribution(guid, "Debian-12", folder), modern=True, os_release=release
    )


def firmware_off(laptop: Laptop) -> None:
    """VirtualMachinePlatform is in effect, and the hypervisor failed in this boot."""
    laptop.state.firmware_virtualization = False
    boot.start_hypervisor(laptop)
    laptop.save()


def blocked(laptop: Laptop) -> None:
    """App Control forbids wsl.exe."""
    laptop.faults.switch_on("access_denied", match="\\WSL\\wsl.exe")


def blocked_before(laptop: Laptop) -> None:
    """AppLocker kept someone's wsl.exe from starting, some time ago."""
    data = {"FilePath": "%SYSTEM32%\\WSL.EXE"}
    events.add(laptop, events.APPLOCKER, "Microsoft-Windows-AppLocker", events.BLOCKED_BY_APPLOCKER, data)
    laptop.save()


def wireless(laptop: Laptop) -> None:
    """Off the dock."""
    interfaces = f"{SERVICES}\\Tcpip\\Parameters\\Interfaces"
    for guid, address in ((fresh_registry.WIRED, "0.0.0.0"), (fresh_registry.WIRELESS, "192.0.2.18")):
        laptop.registry.set(f"{interfaces}\\{guid}", "DhcpIPAddress", "REG_SZ", address)


def own(name: str, value: str, data: int | str) -> Change:
    """A value in the hive of the account that connects."""
    return lambda laptop: registry(f"HKU\\{laptop.state.users[0].sid}\\{name}", value, data)(laptop)


def account(**values: t.Any) -> StateChange:
    """Another account connects."""

    def change(windows: WindowsState) -> None:
        windows.users[0] = dataclasses.replace(windows.users[0], **values)

    return change


def entra_developer(windows: WindowsState) -> None:
    """A developer with an Entra account sits at the laptop."""
    sid = "S-1-12-1-1234567890-1234567891-1234567892-1234567893"
    windows.users.append(User("AdaLovelace", sid, "x", admin=False, logged_on=True, domain="AzureAD"))


WINHTTP = (struct.pack("<IIII", 0x28, 0, 3, 10) + b"proxy:8080" + struct.pack("<I", 0)).hex().upper()
WSL_DISK = ["\\??\\C:\\Program Files\\WSL\\system.vhd", ""]
LOST = "awaiting reboot"

CASES = [
    Case("good"),
    Case("German", language="de-DE"),
    Case("French", language="fr-FR"),
    Case("Japanese", language="ja-JP"),
    Case("another maker", before=state(manufacturer="Dell Inc.")),
    Case("feature in effect, no package", 1, restarts=0, before=feature_enabled),
    Case("WSL is there", 0, restarts=0, after=installed),
    Case("WSL and a distribution", 0, restarts=0, after=together(installed, registered)),
    Case("needs two restarts", before=state(boots_for_features=2), restarts=2),
    Case("does not come back", final=LOST, before=state(comes_back=False)),
    Case("virtualization off, seen after the restart", final="stopped by virtualization",
         before=state(firmware_virtualization=False)),
    Case("virtualization off, feature in effect", 0, UNCHANGED, {"virtualization": "stop"}, before=feature_enabled,
         after=firmware_off, restarts=0),
    Case("Windows 11 21H2", after=build(22000, 1)),
    Case("Windows 10 22H2", 3, after=build(19045, 5011, name="22H2")),
    Case("Windows 10 21H2, its wsl.exe fetches nothing", 3, after=build(19044, 1288, name="21H2")),
    Case("Windows 10 21H1, new enough", 3, expected={"profilers": "warn"}, after=build(19043, 1263, name="21H1")),
    Case("Windows 10 21H1, too old", 0, UNCHANGED, {"windows_build": "stop"}, after=build(19043, 1262), restarts=0),
    Case("Windows 10 1909", 0, UNCHANGED, {"windows_build": "stop"}, after=build(18363, 1), restarts=0),
    Case("Server 2022", 3, after=build(20348, 2582, "Windows Server 2022 Standard", "21H2")),
    Case("ARM64", 0, UNCHANGED, {"architecture": "stop"}, restarts=0, after=registry(
        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment", "PROCESSOR_ARCHITECTURE", "ARM64")),
    Case("policy forbids WSL", 0, UNCHANGED, {"wsl_policy": "stop"}, restarts=0,
         after=registry(f"{POLICIES}\\WSL", "AllowWSL", 0)),
    Case("policy allows WSL", after=registry(f"{POLICIES}\\WSL", "AllowWSL", 1)),
    Case("WSL from the Store", expected={"wsl_kind": "warn"}, after=key(
        f"{MACHINE}\\Appx\\AppxAllUserStore\\Applications\\"
        "MicrosoftCorporationII.WindowsSubsystemForLinux_1.2.5.0_x64__8wekyb3d8bbwe")),
    Case("WSL of Windows", expected={"wsl_kind": "warn"}, after=registry(f"{SERVICES}\\LxssManager", "Start", 3)),
    Case("WSL 2 older than the wanted one", 0, "WSL 2.4.4.0 ready", restarts=0, before=state(wsl_available="2.4.4.0"),
         after=installed),
    Case("WSL loses files at the restart", 1, READY, {"wsl_files": "warn", "pending_reboot": "warn"}, restarts=0,
         after=together(installed, registry(boot.SESSION_MANAGER_KEY, "PendingFileRenameOperations", WSL_DISK))),
    Case("little space", 0, UNCHANGED, {"free_space": "stop"}, restarts=0, before=state(free_bytes=10 * 1024**3)),
    Case("little space, all is there", 0, READY, {"free_space": "warn"}, restarts=0,
         before=state(free_bytes=10 * 1024**3), after=together(installed, registered)),
    Case("no NVIDIA GPU", expected={"nvidia_gpu": "warn", "nvidia_driver": "warn"}, before=state(gpus=[])),
    Case("GPU without a driver", expected={"nvidia_gpu": "warn", "nvidia_driver": "warn"}, before=state(gpus=[]),
         after=key("HKLM\\SYSTEM\\CurrentControlSet\\Enum\\PCI\\VEN_10DE&DEV_28B8&SUBSYS_22E517AA&REV_A1")),
    Case("driver too old for WSL", 0, UNCHANGED, {"nvidia_driver": "stop"}, before=gpu(driver="472.39"), restarts=0),
    Case("driver too old for toolkit 13", 0, UNCHANGED, {"nvidia_driver": "stop"}, toolkit="13.0", restarts=0),
    Case("driver of toolkit 13", before=gpu(driver="580.88"), toolkit="13.0"),
    Case("driver brings no libcuda", expected={"wsl_libcuda": "warn"},
         after=lambda laptop: laptop.drive.host_path("C:\\Windows\\System32\\lxss\\lib\\libcuda.so.1.1").unlink()),
    Case("TCC", 0, UNCHANGED, {"driver_model": "stop"}, before=gpu(driver_model="TCC"), restarts=0),
    Case("MCDM", before=gpu(driver_model="MCDM")),
    Case("one GPU of two in TCC", expected={"driver_model": "warn"},
         before=state(gpus=[Gpu(), Gpu(name="NVIDIA T1200", driver_model="TCC")])),
    Case("Maxwell", 0, UNCHANGED, {"compute_capability": "stop"}, before=gpu(compute_capability="5.2"), restarts=0),
    Case("Pascal, toolkit 12", before=gpu(compute_capability="6.1")),
    Case("Pascal, toolkit 13", 0, UNCHANGED, {"compute_capability": "stop"}, toolkit="13.0", restarts=0,
         before=gpu(compute_capability="6.1", driver="580.88")),
    Case("Blackwell, toolkit 12.6", expected={"compute_capability": "warn"}, before=gpu(compute_capability="12.0"),
         toolkit="12.6"),
    Case("nvidia-smi in the driver store only",
         after=lambda laptop: laptop.drive.host_path("C:\\Windows\\System32\\nvidia-smi.exe").unlink()),
    Case("nvidia-smi hangs", after=lambda laptop: laptop.faults.switch_on("nvidia_smi_hangs")),
    Case("features wait for a restart", expected={"pending_reboot": "warn"},
         after=key(f"{boot.CBS_KEY}\\RebootPending")),
    Case("updates wait for a restart", expected={"pending_reboot": "warn"},
         after=key(f"{boot.UPDATE_KEY}\\RebootRequired")),
    Case("to be renamed", expected={"pending_reboot": "warn"},
         after=registry(f"{boot.COMPUTER_NAME_KEY}\\ComputerName", "ComputerName", "NEWNAME")),
    Case("as LocalSystem", 0, UNCHANGED, {"account": "stop"}, restarts=0,
         before=account(name="SYSTEM", sid=LOCAL_SYSTEM)),
    Case("no administrator", 0, UNCHANGED, {"elevation": "stop"}, before=account(admin=False), restarts=0),
    Case("Administrator Protection", 0, UNCHANGED, {"administrator_protection": "stop"}, restarts=0,
         after=registry(f"{MACHINE}\\Policies\\System", "TypeOfAdminApprovalMode", 2)),
    Case("AutoRun prints", expected={"autorun": "warn"},
         after=registry("HKLM\\SOFTWARE\\Microsoft\\Command Processor", "AutoRun", "echo hello")),
    Case("AutoRun is silent", after=own("Software\\Microsoft\\Command Processor", "AutoRun", "set X=1")),
    Case("proxy by script", expected={"proxy": "warn"}, after=own(SETTINGS, "AutoConfigURL", "http://wpad/proxy.pac")),
    Case("proxy of services",
         after=registry(f"HKLM\\{SETTINGS}\\Connections", "WinHttpSettings", WINHTTP, "REG_BINARY")),
    Case("roots of the organisation",
         after=key(f"{POLICIES}\\Microsoft\\SystemCertificates\\Root\\Certificates\\A1B2")),
    Case("App Control forbids wsl.exe", 0, UNCHANGED, {"app_control": "stop"}, restarts=0,
         after=together(installed, blocked)),
    Case("wsl.exe was blocked once", expected={"app_control": "warn"}, after=blocked_before),
    Case("BitLocker PIN demanded", expected={"bitlocker_pin": "warn"},
         after=registry(f"{POLICIES}\\Microsoft\\FVE", "UseTPMPIN", 1)),
    Case("BitLocker PIN allowed", after=registry(f"{POLICIES}\\Microsoft\\FVE", "UseTPMPIN", 2)),
    Case("Wi-Fi only", expected={"wireless": "warn"}, after=wireless),
    Case("would sleep early on battery", before=state(sleep_dc_seconds=900)),
    Case("sleeps early on mains", expected={"sleep": "warn"}, before=state(sleep_ac_seconds=600)),
    Case("runs on battery", expected={"battery": "warn"}, before=state(on_battery=True)),
    Case("sleeps early on battery", expected={"battery": "warn", "sleep": "warn"},
         before=state(on_battery=True, sleep_dc_seconds=900)),
    Case("no battery", before=state(battery=False, sleep_dc_seconds=60)),
    Case("a developer of Entra sits there", before=entra_developer,
         after=lambda laptop: registered(laptop, laptop.state.users[-1])),
    Case("a distribution in a profile that is not loaded",
         after=lambda laptop: registered(laptop, laptop.state.users[1])),
    Case("no outbound network", before=state(online=False)),
]  # fmt: skip
