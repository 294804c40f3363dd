# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of a fresh Windows 11 24H2: the part that deployment tools read."""

from __future__ import annotations

import uuid

from lab.linux.driver import store_name
from lab.machine.registry import Registry
from lab.machine.state import Gpu, User, WindowsState
from lab.windows.boot import (
    CBS_KEY,
    COMPUTER_NAME_KEY,
    FEATURE_SERVICES,
    PREFETCH_KEY,
    SERVICES_KEY,
    SESSION_MANAGER_KEY,
    UPDATE_KEY,
)
from lab.windows.languages import CURRENCY, LANGUAGE_ID, OEM_CODE_PAGE
from lab.windows.version import CURRENT_VERSION_KEY

DISPLAY_CLASS_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
DRIVER_STORE = "C:\\Windows\\System32\\DriverStore\\FileRepository"
PROFILE_LIST_KEY = f"{CURRENT_VERSION_KEY}\\ProfileList"
BUILD = "26100"
REVISION = 3476

_EMPTY_KEYS = (
    CBS_KEY,
    UPDATE_KEY,
    "HKLM\\SOFTWARE\\Classes",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer",
    "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall",
    "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows",
    "HKU\\.DEFAULT\\Control Panel\\International",
    "HKU\\S-1-5-18\\Control Panel\\International",
    "HKU\\S-1-5-19\\Control Panel\\International",
    "HKU\\S-1-5-20\\Control Panel\\International",
)

_SERVICES = {"Schedule": 2, "SysMain": 2, "TrustedInstaller": 3, "WinRM": 2, "Winmgmt": 2, "msiserver": 3}
"""Service -> start type: 2 automatic, 3 on demand."""

WIRED = "{5c1f1d1e-7d6a-4a5e-9d1c-3a1f0c6b2a01}"
WIRELESS = "{5c1f1d1e-7d6a-4a5e-9d1c-3a1f0c6b2a02}"
"""Interfaces of the adapters that every laptop has."""

_MACHINES = uuid.UUID("4c4c4544-0051-3010-8051-b4c04f4e3332")
"""Of which the UUIDs of machines are made, each by the first name of its computer."""

_DEVICE_IDS = {"RTX 2000 Ada": "28B8", "RTX 3500 Ada": "27BB", "RTX A2000": "25B8", "T1200": "1FBC"}


def fill(registry: Registry, state: WindowsState) -> None:
    """Write everything; REGISTRY is empty before."""
    for key in _EMPTY_KEYS:
        registry.create(key)
    _windows(registry)
    _computer(registry, state)
    _language(registry, state)
    _services(registry, state)
    _features(registry, state)
    display(registry, state.gpus)
    _hardware(registry, state)
    for user in state.users:
        _user(registry, user, state)


def _strings(registry: Registry, key: str, values: dict[str, str], type: str = "REG_SZ") -> None:
    for name, data in values.items():
        registry.set(key, name, type, data)


def _numbers(registry: Registry, key: str, values: dict[str, int]) -> None:
    for name, data in values.items():
        registry.set(key, name, "REG_DWORD", data)


def _windows(registry: Registry) -> None:
    _strings(
        registry,
        CURRENT_VERSION_KEY,
        {
            "ProductName": "Windows 10 Pro",  # Windows 11 never changed this name
            "CurrentBuild": BUILD,
            "CurrentBuildNumber": BUILD,
            "CurrentVersion": "6.3",
            "DisplayVersion": "24H2",
            "EditionID": "Professional",
            "InstallationType": "Client",
            "BuildLabEx": "26100.1.amd64fre.ge_release.240331-1435",
            "SystemRoot": "C:\\Windows",
        },
    )
    _numbers(
        registry,
        CURRENT_VERSION_KEY,
        {"CurrentMajorVersionNumber": 10, "CurrentMinorVersionNumber": 0, "UBR": REVISION},
    )
    registry.set(CURRENT_VERSION_KEY, "InstallTime", "REG_QWORD", 0x1DB8C5A0F3E2B17)
    policies = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
    _numbers(registry, policies, {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 5, "LocalAccountTokenFilterPolicy": 1})
    processor = "HKLM\\SOFTWARE\\Microsoft\\Command Processor"
    _numbers(registry, processor, {"CompletionChar": 0x40, "DefaultColor": 0, "EnableExtensions": 1})


def _computer(registry: Registry, state: WindowsState) -> None:
    for part in ("ComputerName", "ActiveComputerName"):
        registry.set(f"{COMPUTER_NAME_KEY}\\{part}", "ComputerName", "REG_SZ", state.computer_name)
    tcpip = f"{SERVICES_KEY}\\Tcpip\\Parameters"
    _strings(registry, tcpip, {"Hostname": state.computer_name, "NV Hostname": state.computer_name})
    environment = f"{SESSION_MANAGER_KEY}\\Environment"
    plain = {
        "NUMBER_OF_PROCESSORS": "16",
        "OS": "Windows_NT",
        "PATHEXT": ".COM;.EXE;.BAT;.CMD",
        "PROCESSOR_ARCHITECTURE": "AMD64",
        "USERNAME": "SYSTEM",
    }
    expanded = {
        "ComSpec": "%SystemRoot%\\system32\\cmd.exe",
        "Path": "%SystemRoot%\\system32;%SystemRoot%",
        "TEMP": "%SystemRoot%\\TEMP",
        "windir": "%SystemRoot%",
    }
    _strings(registry, environment, plain)
    _strings(registry, environment, expanded, "REG_EXPAND_SZ")
    zone = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation"
    _numbers(registry, zone, {"ActiveTimeBias": 0xFFFFFFC4, "Bias": 0xFFFFFFC4})
    _strings(registry, zone, {"TimeZoneKeyName": "W. Europe Standard Time"})
    _numbers(registry, PREFETCH_KEY, {"BootId": state.boot_id, "EnablePrefetcher": 3})


def _language(registry: Registry, state: WindowsState) -> None:
    control = "HKLM\\SYSTEM\\CurrentControlSet\\Control"
    registry.set(f"{control}\\MUI\\Settings", "PreferredUILanguages", "REG_MULTI_SZ", [state.language])
    number = LANGUAGE_ID.get(state.language, LANGUAGE_ID["en-US"])
    _strings(registry, f"{control}\\Nls\\Language", {"Default": number, "InstallLanguage": number})
    ansi = "932" if state.language == "ja-JP" else "1252"
    _strings(registry, f"{control}\\Nls\\CodePage", {"ACP": ansi, "OEMCP": OEM_CODE_PAGE.get(state.language, "437")})


def _services(registry: Registry, state: WindowsState) -> None:
    starts = dict(_SERVICES)
    for feature, services in FEATURE_SERVICES.items():
        if state.features.get(feature) == "Enabled":
            starts.update(dict.fromkeys(services, 3))
    for name, start in starts.items():
        _numbers(registry, f"{SERVICES_KEY}\\{name}", {"Start": start, "Type": 32, "ErrorControl": 1})
        path = f"%SystemRoot%\\System32\\{name}.exe"
        registry.set(f"{SERVICES_KEY}\\{name}", "ImagePath", "REG_EXPAND_SZ", path)


def _features(registry: Registry, state: WindowsState) -> None:
    """What was chosen for each optional feature."""
    for name, chosen in state.features.items():
        key = f"{CBS_KEY}\\Notifications\\OptionalFeatures\\{name}"
        _numbers(registry, key, {"Selection": 0 if chosen == "Disabled" else 1})


def _hardware(registry: Registry, state: WindowsState) -> None:
    """The maker, devices on PCI, the battery, a wired adapter that is used and a wireless one that is not."""
    firmware = {"SystemManufacturer": state.manufacturer, "SystemProductName": "21HQ000000", "BIOSVendor": "Lab"}
    _strings(registry, "HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS", firmware)
    machine = f"{{{uuid.uuid5(_MACHINES, state.computer_name)}}}"
    _strings(registry, "HKLM\\SYSTEM\\HardwareConfig", {"LastConfig": machine})
    _strings(registry, f"HKLM\\SYSTEM\\HardwareConfig\\{machine}", firmware)
    enumerated = "HKLM\\SYSTEM\\CurrentControlSet\\Enum"
    devices = ["VEN_8086&DEV_A7A0&SUBSYS_22E517AA&REV_04"]
    devices += [f"{_device_id(gpu).removeprefix('PCI' + chr(92))}&SUBSYS_22E517AA&REV_A1" for gpu in state.gpus]
    for device in devices:
        registry.create(f"{enumerated}\\PCI\\{device}")
    if state.battery:
        registry.create(f"{enumerated}\\ACPI\\PNP0C0A\\1")
    network = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}"
    registry.create(f"{network}\\Properties")
    for number, (kind, guid, address) in enumerate(((6, WIRED, "192.0.2.17"), (71, WIRELESS, "0.0.0.0"))):
        _numbers(registry, f"{network}\\{number:04}", {"*IfType": kind})
        registry.set(f"{network}\\{number:04}", "NetCfgInstanceId", "REG_SZ", guid)
        interfaces = f"{SERVICES_KEY}\\Tcpip\\Parameters\\Interfaces"
        registry.set(f"{interfaces}\\{guid}", "DhcpIPAddress", "REG_SZ", address)


def published_name(index: int) -> str:
    """What Windows called the driver package of display adapter INDEX when it took it in."""
    return f"oem{11 + index}.inf"


def display(registry: Registry, gpus: list[Gpu]) -> None:
    """The display adapters: an Intel one, which every laptop has, then the NVIDIA ones."""
    _strings(registry, DISPLAY_CLASS_KEY, {"": "Display adapters", "Class": "Display"})
    registry.create(f"{DISPLAY_CLASS_KEY}\\Configuration")
    registry.create(f"{DISPLAY_CLASS_KEY}\\Properties")
    adapters = [("Intel(R) Iris(R) Xe Graphics", "32.0.101.5972", "PCI\\VEN_8086&DEV_A7A0", "Intel Corporation")]
    adapters += [(gpu.name, driver_file_version(gpu.driver), _device_id(gpu), "NVIDIA") for gpu in gpus]
    for index, (name, version, device, provider) in enumerate(adapters):
        values = {
            "DriverDesc": name,
            "DriverVersion": version,
            "MatchingDeviceId": device,
            "ProviderName": provider,
            "HardwareInformation.AdapterString": name,
            "InfPath": published_name(index),
        }
        _strings(registry, f"{DISPLAY_CLASS_KEY}\\{index:04}", values)
    for index, gpu in enumerate(gpus, 1):
        files = [f"{DRIVER_STORE}\\{store_name(gpus[0].driver)}\\nvldumdx.dll"] * 4
        registry.set(f"{DISPLAY_CLASS_KEY}\\{index:04}", "UserModeDriverName", "REG_MULTI_SZ", files)
        if gpu.driver_model == "TCC":
            _numbers(registry, f"{DISPLAY_CLASS_KEY}\\{index:04}", {"AdapterType": 2})


def driver_file_version(driver: str) -> str:
    """The version in the registry of NVIDIA driver DRIVER: 572.61 is 32.0.15.7261 (its last five digits)."""
    digits = driver.replace(".", "")
    generation = 32 if int(digits[:3]) >= 550 else 31 if int(digits[:3]) >= 510 else 30
    return f"{generation}.0.1{digits[0]}.{digits[1:]}"


def _device_id(gpu: Gpu) -> str:
    number = next((number for name, number in _DEVICE_IDS.items() if name in gpu.name), "28B8")
    return f"PCI\\VEN_10DE&DEV_{number}"


def _user(registry: Registry, user: User, state: WindowsState) -> None:
    profile = f"{PROFILE_LIST_KEY}\\{user.sid}"
    registry.set(profile, "ProfileImagePath", "REG_EXPAND_SZ", user.profile)
    _numbers(registry, profile, {"Flags": 0, "State": 0})
    hive = f"HKU\\{user.sid}"
    _strings(
        registry,
        f"{hive}\\Environment",
        dict.fromkeys(("TEMP", "TMP"), "%USERPROFILE%\\AppData\\Local\\Temp"),
        "REG_EXPAND_SZ",
    )
    registry.set(f"{hive}\\Control Panel\\Desktop", "PreferredUILanguages", "REG_MULTI_SZ", [state.language])
    region = f"{hive}\\Control Panel\\International"
    _strings(registry, region, {"LocaleName": state.language, "sCurrency": CURRENCY.get(state.language, "$")})
    internet = f"{hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
    registry.set(internet, "ProxyEnable", "REG_DWORD", 0)
    registry.create(f"{hive}\\Console")
    if user.hive_loaded:
        registry.create(f"{hive}_Classes")
        if user.logged_on:
            add_session(registry, user, state.computer_name)


def add_session(registry: Registry, user: User, computer_name: str) -> None:
    """What an interactive logon leaves in the user's hive while it lasts."""
    volatile = f"HKU\\{user.sid}\\Volatile Environment"
    _strings(
        registry,
        volatile,
        {
            "LOGONSERVER": f"\\\\{computer_name}",
            "USERDOMAIN": user.domain,
            "USERNAME": user.name,
            "USERPROFILE": user.profile,
        },
    )
    _strings(registry, f"{volatile}\\1", {"SESSIONNAME": "Console", "CLIENTNAME": ""})
