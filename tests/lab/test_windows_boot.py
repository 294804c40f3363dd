# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fresh Windows, optional features, reboots and what they apply."""

from __future__ import annotations

import re
import time
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.machine.state import Gpu, User
from lab.windows import boot
from lab.windows.fresh_registry import DISPLAY_CLASS_KEY, driver_file_version
from tests.lab.windows_laptop import ADMIN_SID, OTHER_SID, make_laptop, run

SYSTEM32 = "C:\\Windows\\System32"
DISM = f"{SYSTEM32}\\dism.exe"
ENABLE = f"{DISM} /English /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform"
PENDING_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"
SERVICES = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
BOOT_EVENT = (
    f"{SYSTEM32}\\wevtutil.exe qe System /c:1 /rd:true /f:xml "
    "\"/q:*[System[Provider[@Name='Microsoft-Windows-Kernel-General'] and (EventID=12)]]\""
)


def value(laptop: Laptop, key: str, name: str) -> t.Any:
    found = laptop.registry.get(key, name)
    return found.data if found else None


# -- fresh -------------------------------------------------------------------------------------------------------


def test_fresh_windows_has_no_wsl(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, language="de-DE", gpus=[Gpu(driver="551.61")])
    version = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    assert value(laptop, version, "CurrentBuild") == "26100"
    assert value(laptop, f"{version}\\ProfileList\\{OTHER_SID}", "ProfileImagePath") == "C:\\Users\\dev"
    assert value(laptop, f"{DISPLAY_CLASS_KEY}\\0001", "DriverVersion") == "32.0.15.5161"
    assert value(laptop, f"HKU\\{ADMIN_SID}\\Control Panel\\Desktop", "PreferredUILanguages") == ["de-DE"]
    assert value(laptop, boot.PREFETCH_KEY, "BootId") == laptop.state.boot_id
    assert not laptop.registry.exists("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss")
    assert not laptop.registry.exists(f"{SERVICES}\\vmcompute")
    assert not laptop.registry.exists(PENDING_KEY)
    assert not laptop.drive.exists("C:\\Program Files\\WSL")
    assert laptop.drive.is_program(f"{SYSTEM32}\\wsl.exe") == "wsl-stub"
    assert laptop.drive.is_file(f"{SYSTEM32}\\lxss\\lib\\libcuda.so.1.1")
    assert laptop.drive.is_dir("C:\\Users\\dev\\AppData\\Local")


def test_without_an_nvidia_gpu_there_is_no_driver(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    assert not laptop.drive.exists(f"{SYSTEM32}\\nvidia-smi.exe")
    assert not laptop.drive.exists(f"{SYSTEM32}\\lxss\\lib\\libcuda.so.1.1")
    assert laptop.registry.subkeys(DISPLAY_CLASS_KEY) == ["0000", "Configuration", "Properties"]


def test_search_for_the_gpu_finds_it_and_ends_at_a_closed_key(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, gpus=[Gpu()])
    result = run(laptop, f"reg query {DISPLAY_CLASS_KEY} /s /f VEN_10DE")
    assert (result.code, result.err) == (1, "ERROR: Access is denied.\r\n")
    assert "\\0001\r\n    MatchingDeviceId    REG_SZ    PCI\\VEN_10DE&DEV_28B8\r\n" in result.out
    assert "DriverDesc" not in result.out
    assert run(laptop, f"reg query {DISPLAY_CLASS_KEY}\\0001").code == 0


@pytest.mark.parametrize(
    ("driver", "version"), [("572.61", "32.0.15.7261"), ("537.13", "31.0.15.3713"), ("472.12", "30.0.14.7212")]
)
def test_driver_version_in_the_registry(driver: str, version: str) -> None:
    assert driver_file_version(driver) == version


def test_session_of_a_user_who_is_logged_on(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, users=[User("admin", ADMIN_SID, "x", logged_on=True)])
    assert value(laptop, f"HKU\\{ADMIN_SID}\\Volatile Environment\\1", "SESSIONNAME") == "Console"
    boot.apply_pending(laptop)
    assert not laptop.registry.exists(f"HKU\\{ADMIN_SID}\\Volatile Environment")
    assert not laptop.state.users[0].logged_on


# -- features and reboot -----------------------------------------------------------------------------------------


def test_a_feature_takes_effect_at_the_reboot(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    result = run(laptop, ENABLE)
    assert result.code == 3010
    assert "\r\nVersion: 10.0.26100.3476\r\n" in result.out
    assert laptop.registry.exists(PENDING_KEY)
    assert not laptop.registry.exists(f"{SERVICES}\\vmcompute")
    info = f"{DISM} /English /Online /Get-FeatureInfo /FeatureName:virtualmachineplatform"
    assert "State : Enable Pending\r\n" in run(laptop, info).out
    before, event = laptop.state.boot_id, run(laptop, BOOT_EVENT).out

    laptop.reboot()

    assert not laptop.registry.exists(PENDING_KEY)
    for service in ("vmcompute", "hns", "vfpext"):
        assert laptop.registry.exists(f"{SERVICES}\\{service}")
    assert laptop.state.features["VirtualMachinePlatform"] == "Enabled"
    assert value(laptop, boot.PREFETCH_KEY, "BootId") == before + 1
    assert run(laptop, BOOT_EVENT).out != event
    assert run(laptop, ENABLE).code == 0
    assert Laptop(laptop.directory, tmp_path).state == laptop.state


@pytest.mark.parametrize(
    ("line", "user", "code", "text"),
    [
        (ENABLE.replace("VirtualMachinePlatform", "Nothing"), "admin", 0x800F080C, "Error: 0x800f080c\r\n"),
        (ENABLE, "dev", 740, "Error: 740\r\n"),
    ],
)
def test_dism_errors(tmp_path: Path, line: str, user: str, code: int, text: str) -> None:
    result = run(make_laptop(tmp_path), line, user=user)
    assert result.code == code
    assert text in result.out


def test_dism_speaks_the_language_of_windows_without_english(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, language="fr-FR")
    assert "L’opération a réussi.\r\n" in run(laptop, ENABLE.replace("/English ", "")).out
    assert "The operation completed successfully.\r\n" in run(laptop, ENABLE).out


def test_dism_that_would_ask_is_not_modelled(tmp_path: Path) -> None:
    assert run(make_laptop(tmp_path), ENABLE.replace("/NoRestart ", "")).code == NOT_MODELLED_EXIT_CODE


def test_pending_file_operations_delete_and_rename(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    folder = laptop.drive.host_path("C:\\ProgramData")
    for name in ("gone", "old", "target"):
        (folder / name).write_text(name, encoding="ascii")
    pending = ["\\??\\C:\\ProgramData\\gone", "", "\\??\\C:\\ProgramData\\OLD", "!\\??\\C:\\ProgramData\\target"]
    laptop.registry.set(boot.SESSION_MANAGER_KEY, "PendingFileRenameOperations", "REG_MULTI_SZ", pending)
    boot.apply_pending(laptop)
    assert [entry.name for entry in folder.iterdir()] == ["target"]
    assert (folder / "target").read_text(encoding="ascii") == "old"
    assert value(laptop, boot.SESSION_MANAGER_KEY, "PendingFileRenameOperations") is None


def test_a_boot_forgets_volatile_keys_and_applies_a_new_name(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    lxss = "Software\\Microsoft\\Windows\\CurrentVersion\\Lxss"
    laptop.registry.set(f"HKU\\{ADMIN_SID}\\{lxss}\\InstallStatus", "", "REG_SZ", "VirtualMachinePlatform")
    laptop.registry.set(f"HKU\\{ADMIN_SID}\\{lxss}", "DefaultVersion", "REG_DWORD", 2)
    laptop.registry.set(f"{boot.COMPUTER_NAME_KEY}\\ComputerName", "ComputerName", "REG_SZ", "NEW-NAME")
    boot.apply_pending(laptop)
    assert not laptop.registry.exists(f"HKU\\{ADMIN_SID}\\{lxss}\\InstallStatus")
    assert value(laptop, f"HKU\\{ADMIN_SID}\\{lxss}", "DefaultVersion") == 2
    assert value(laptop, f"{boot.COMPUTER_NAME_KEY}\\ActiveComputerName", "ComputerName") == "NEW-NAME"
    assert run(laptop, "hostname").out == "NEW-NAME\r\n"


def test_nobody_is_loaded_after_a_boot_until_somebody_connects(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    boot.apply_pending(laptop)
    assert not any(user.hive_loaded for user in laptop.state.users)
    assert ADMIN_SID in run(laptop, "reg query HKU").out


def test_first_boot_counts_once(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    laptop.state.boot_time = 0.0
    boot.first_boot(laptop)
    first = laptop.state.boot_time
    assert abs(first - time.time()) < 60
    boot.first_boot(laptop)
    assert laptop.state.boot_time == first


def test_boot_event_is_xml_with_the_time_of_the_boot(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path, boot_time=1763837907.5)
    out = run(laptop, BOOT_EVENT).out
    assert "SystemTime='2025-11-22T18:58:27.5000000Z'" in out
    assert re.search(r"<EventRecordID>\d+</EventRecordID>", out)
    assert run(laptop, f"{SYSTEM32}\\wevtutil.exe qe System /c:5").code == NOT_MODELLED_EXIT_CODE


# -- shutdown ----------------------------------------------------------------------------------------------------


def test_shutdown_can_be_scheduled_once_and_aborted_once(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    schedule = f'{SYSTEM32}\\shutdown.exe /r /t 600 /c "in ten minutes" /d p:2:17'
    assert run(laptop, schedule).code == 0
    again = run(laptop, schedule)
    assert (again.code, again.err) == (1190, "A system shutdown has already been scheduled.(1190)\r\n")
    assert run(laptop, "shutdown /a").code == 0
    assert run(laptop, "shutdown /a").code == 1116


def test_shutdown_restarts(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    power: list[bool] = []
    laptop.on_power.append(power.append)
    run(laptop, "shutdown /r /t 0")
    deadline = time.monotonic() + 30
    while power != [False, True] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert power == [False, True]
    assert laptop.state.reboots == 1


def test_shutdown_needs_an_administrator(tmp_path: Path) -> None:
    result = run(make_laptop(tmp_path), "shutdown /r /t 600", user="dev")
    assert (result.code, result.err) == (5, "Access is denied.(5)\r\n")
