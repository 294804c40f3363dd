# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of a Windows host for tests: batches of reads, in the format of the real programs.

    laptop = HostAnswers(FRESH)
    laptop[registry_query(LXSS_MSI)] = reg("HKEY_LOCAL_MACHINE\\\\…", ("Version", "REG_SZ", "2.6.3.0"))
    runner = ScriptedRunner([(BATCH, laptop)])

A line of a batch that is not in the table fails with exit code 1 and prints nothing, as reg.exe does for a key that is
not there (its error goes to stderr).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import MARK
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import file_lines
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

BATCH = re.compile(r"^echo wslfleet-begin&")
_PART = re.compile(r"(?:wslfleet-begin|wslfleet-\d+-1)&(.*?)&&echo wslfleet-(\d+)-0")
SID = "S-1-5-21-1111111111-2222222222-3333333333-1001"
LIST = wsl_line("C:\\Program Files\\WSL\\wsl.exe", ["--list", "--verbose"])


class HostAnswers(t.Dict[str, bytes]):
    """Line -> what it prints; callable, so that it can be an answer of the scripted runner."""

    def __call__(self, line: str, stdin: bytes) -> Completed:
        """Answer the batch LINE."""
        output = b"wslfleet-begin\r\n"
        answers = {asked.replace(MARK, "wslfleet"): printed for asked, printed in self.items()}
        for part, number in _PART.findall(line):
            known = part in answers
            output += answers.get(part, b"") + f"wslfleet-{number}-{0 if known else 1}\r\n".encode()
        return Completed(0, output, b"")

    def copy(self) -> HostAnswers:
        """Another host with the same answers."""
        return HostAnswers(self)


def reg(key: str, *values: tuple[str, str, str]) -> bytes:
    """What ``reg.exe query`` prints for KEY (long root) with VALUES (name, type, data as reg.exe writes it)."""
    rows = "".join(f"    {name}    {kind}    {data}\r\n" for name, kind, data in values)
    return f"\r\n{key}\r\n{rows}".encode()


_WINDOWS_KEY = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_CONTROL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control"
_DISPLAY = f"{_CONTROL}\\Class\\{{4d36e968-e325-11ce-bfc1-08002be10318}}\\0000"
_LXSS = "\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
GUID = "{5b2c8e7c-0d3d-4c6e-9d5f-3f6f4c1f0a11}"


def computer_names(name: str, active: str) -> bytes:
    """The NAME that the computer has at its next start, and the one that it has now."""
    return b"".join(
        reg(f"{_CONTROL}\\ComputerName\\{key}", ("ComputerName", "REG_SZ", text))
        for key, text in (("ActiveComputerName", active), ("ComputerName", name))
    )


def fresh() -> HostAnswers:
    """A Windows 11 with an NVIDIA GPU and no WSL, German, its account connected and elevated."""
    windows, gpus = q.windows(), q.gpus()
    answers = HostAnswers()
    answers[windows["windows"]] = reg(
        _WINDOWS_KEY,
        ("ProductName", "REG_SZ", "Windows 10 Pro"),
        ("EditionID", "REG_SZ", "Professional"),
        ("DisplayVersion", "REG_SZ", "23H2"),
        ("CurrentBuild", "REG_SZ", "22631"),
        ("UBR", "REG_DWORD", "0xc53"),
        ("DigitalProductId", "REG_BINARY", "A4000000"),
        ("PathName", "REG_SZ", "C:\\Windows"),
    )
    answers[windows["architecture"]] = reg(
        f"{_CONTROL}\\Session Manager\\Environment", ("PROCESSOR_ARCHITECTURE", "REG_SZ", "AMD64")
    )
    answers[windows["user_languages"]] = reg(
        "HKEY_CURRENT_USER\\Control Panel\\Desktop", ("PreferredUILanguages", "REG_MULTI_SZ", "de-DE\\0en-US")
    )
    answers[windows["computer_names"]] = computer_names("LAPTOP-7", "LAPTOP-7")
    answers[q.machine()["machine"]] = reg(
        "HKEY_LOCAL_MACHINE\\SYSTEM\\HardwareConfig",
        ("LastConfig", "REG_SZ", "{4C4C4544-0051-3010-8051-B4C04F4E3332}"),
    )
    answers[windows["elevated"]] = b"\r\nHKEY_USERS\\S-1-5-19\\Environment\r\n"
    answers[q.pending_reboot()["boot_id"]] = reg(
        f"{_CONTROL}\\Session Manager\\Memory Management\\PrefetchParameters", ("BootId", "REG_DWORD", "0x29")
    )
    answers[gpus["display_driverdesc"]] = reg(_DISPLAY, ("DriverDesc", "REG_SZ", "NVIDIA RTX A2000 Laptop GPU"))
    answers[gpus["display_driverversion"]] = reg(_DISPLAY, ("DriverVersion", "REG_SZ", "32.0.15.5161"))
    answers[gpus["display_matchingdeviceid"]] = reg(
        _DISPLAY, ("MatchingDeviceId", "REG_SZ", "PCI\\VEN_10DE&DEV_25B8&SUBSYS_22E517AA")
    )
    answers[gpus["cuda_library"]] = b"libcuda.so.1.1\r\n"
    answers[q.own_distributions()["own_profile"]] = (
        b"USERDOMAIN=CORP\r\nUSERNAME=J\xc3\xb6rg\r\nUSERPROFILE=C:\\Users\\J\xc3\xb6rg\r\n"
    )
    answers[q.free_space()["free_space"]] = b"Gesamtzahl der freien Bytes     : 214.748.364.800 (200,0 GB)\r\n"
    answers[q.users()["hives"]] = (
        f"\r\nHKEY_USERS\\.DEFAULT\r\nHKEY_USERS\\{SID}\r\nHKEY_USERS\\{SID}_Classes\r\n".encode()
    )
    answers[q.users()["profiles"]] = (
        reg(f"{_WINDOWS_KEY}\\ProfileList\\S-1-5-18", ("ProfileImagePath", "REG_EXPAND_SZ", "C:\\Windows\\System32"))
        + reg(f"{_WINDOWS_KEY}\\ProfileList\\{SID}", ("ProfileImagePath", "REG_EXPAND_SZ", "C:\\Users\\Jörg"))
        + b"\r\nSuchende: 2 \xc3\x9cbereinstimmung(en) gefunden.\r\n"
    )
    return answers


PRODUCT = "{8A3F5B1C-0D4E-5F6A-9B7C-1D2E3F4A5B6C}"


def with_features(answers: HostAnswers) -> HostAnswers:
    """The same host after VirtualMachinePlatform took effect."""
    answers = answers.copy()
    for name in ("vmcompute", "hns", "vfpext"):
        key = f"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\{name}"
        answers[q.services()[f"service_{name}"]] = reg(key, ("Start", "REG_DWORD", "0x3"))
    return answers


def with_wsl(answers: HostAnswers, version: str = "2.6.3.0") -> HostAnswers:
    """The same host with the WSL package."""
    answers = answers.copy()
    machine = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss"
    answers[q.wsl()["lxss_machine"]] = reg(machine, ("NatNetwork", "REG_SZ", "172.20.0.0/20")) + reg(
        f"{machine}\\MSI",
        ("InstallLocation", "REG_SZ", "C:\\Program Files\\WSL\\"),
        ("ProductCode", "REG_SZ", PRODUCT),
        ("Version", "REG_SZ", version),
    )
    for line in file_lines().values():
        answers[line] = b"there.vhd\r\n"
    answers[LIST] = b""
    answers[q.wsl_start()["wsl_version"]] = f"WSL-Version: {version}\r\nKernelversion: 6.6.87.2-1\r\n".encode()
    return answers


def with_distribution(
    answers: HostAnswers, name: str = "Debian", running: bool = False, flags: int = 0xF
) -> HostAnswers:
    """The same host with a distribution of the connected account."""
    answers = answers.copy()
    own = f"HKEY_CURRENT_USER{_LXSS}"
    answers[q.own_distributions()["own_lxss"]] = reg(
        own, ("(Standard)", "REG_SZ", ""), ("DefaultDistribution", "REG_SZ", GUID)
    ) + reg(
        f"{own}\\{GUID}",
        ("State", "REG_DWORD", "0x1"),
        ("DistributionName", "REG_SZ", name),
        ("Version", "REG_DWORD", "0x2"),
        ("BasePath", "REG_SZ", "\\\\?\\C:\\Users\\Jörg\\AppData\\Local\\wsl\\" + GUID),
        ("Flags", "REG_DWORD", hex(flags)),
        ("DefaultUid", "REG_DWORD", "0x3e8"),
    )
    state = "Running" if running else "Stopped"
    answers[LIST] = f"  NAME      STATE           VERSION\r\n* {name}    {state}         2\r\n".encode()
    return answers
