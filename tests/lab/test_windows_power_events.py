# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event logs, battery report, sizes of files, and the second restart that features sometimes need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.machine.state import Gpu
from lab.windows import boot, events
from lab.windows.programs import nvidia_setup
from tests.lab.windows_laptop import make_laptop, run

SYSTEM32 = "C:\\Windows\\System32"
HYPERVISOR = "*[System[Provider[@Name='Microsoft-Windows-Hyper-V-Hypervisor'] and (EventID=41)]]"
STARTED = "*[System[Provider[@Name='Microsoft-Windows-Kernel-General'] and (EventID=12)]]"
CONTROL = "Microsoft-Windows-CodeIntegrity/Operational"
REPORT = "C:\\Windows\\Temp\\battery.xml"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return make_laptop(tmp_path, gpus=[Gpu()])


def query(laptop: Laptop, log: str, text: str, count: int = 1) -> str:
    result = run(laptop, f'{SYSTEM32}\\wevtutil.exe qe "{log}" /c:{count} /rd:true /f:xml "/q:{text}"')
    assert result.code == 0, result.err
    return result.out


def record(text: str) -> int:
    found = re.search(r"<EventRecordID>(\d+)<", text)
    assert found
    return int(found.group(1))


def test_a_hypervisor_that_cannot_start_says_so_after_the_boot(laptop: Laptop) -> None:
    assert query(laptop, "System", HYPERVISOR) == ""
    laptop.state.firmware_virtualization = False
    laptop.state.features["VirtualMachinePlatform"] = "EnablePending"
    boot.apply_pending(laptop)
    assert record(query(laptop, "System", HYPERVISOR)) > record(query(laptop, "System", STARTED))
    laptop.state.firmware_virtualization = True
    boot.apply_pending(laptop)
    assert record(query(laptop, "System", HYPERVISOR)) < record(query(laptop, "System", STARTED))


def test_what_application_control_blocks_is_logged(laptop: Laptop) -> None:
    laptop.faults.switch_on("access_denied", match="\\hostname.exe")
    assert [run(laptop, f"{SYSTEM32}\\hostname.exe").code for _ in range(2)] == [1, 1]
    found = query(laptop, CONTROL, "*[System[(EventID=3077)]]", 20)
    assert found.count("\\Device\\HarddiskVolume3\\Windows\\System32\\hostname.exe") == 2
    assert len(query(laptop, CONTROL, "*[System[(EventID=3077)]]").splitlines()) == 1


def test_other_logs_and_queries_are_not_modelled(laptop: Laptop) -> None:
    for log, text in (("Setup", STARTED), ("System", "*[System[(Level=2)]]")):
        assert run(laptop, f'wevtutil qe {log} /c:1 /rd:true /f:xml "/q:{text}"').code == NOT_MODELLED_EXIT_CODE


def test_events_keep_their_order(laptop: Laptop) -> None:
    for name in ("one", "two"):
        events.add(laptop, events.APPLOCKER, "x", events.BLOCKED_BY_APPLOCKER, {"FilePath": name})
    found = query(laptop, events.APPLOCKER, "*[System[(EventID=8004)]]", 5)
    assert re.findall(r"'FilePath'>(\w+)<", found) == ["two", "one"]


@pytest.mark.parametrize(("on_battery", "shown"), [(True, "0"), (False, "1")])
def test_battery_report(laptop: Laptop, on_battery: bool, shown: str) -> None:
    laptop.state.on_battery = on_battery
    assert run(laptop, f"{SYSTEM32}\\powercfg.exe /batteryreport /xml /duration 1 /output {REPORT}").code == 0
    text = run(laptop, f"type {REPORT}").out
    assert re.findall(r'Ac="(\d)"', text)[-1] == shown
    assert 'EntryType="ReportGenerated"' in text


def test_battery_report_of_a_laptop_without_a_battery(laptop: Laptop) -> None:
    laptop.state.battery = False
    run(laptop, f"powercfg /batteryreport /xml /output {REPORT}")
    assert "UsageEntry" not in run(laptop, f"type {REPORT}").out
    assert run(laptop, "powercfg /batteryreport").code == NOT_MODELLED_EXIT_CODE


@pytest.mark.parametrize(
    ("language", "total"),
    [("en-US", "1 File(s)"), ("de-DE", "1 Datei(en)"), ("fr-FR", "1 fichier(s)"), ("ja-JP", "1 個")],
)
def test_sizes(tmp_path: Path, language: str, total: str) -> None:
    laptop = make_laptop(tmp_path, language=language)
    folder = laptop.drive.host_path("C:\\ProgramData\\disks")
    folder.mkdir()
    (folder / "ext4.vhdx").write_bytes(b"x" * 1234567)
    result = run(laptop, "dir /s /-c /a-d C:\\ProgramData\\*.vhdx")
    assert re.search(r"^\S.*\s1234567 ext4\.vhdx$", result.out.replace("\r", ""), re.MULTILINE), result.out
    assert "C:\\ProgramData\\disks" in result.out
    assert total in result.out
    assert run(laptop, "dir /-c /a-d C:\\ProgramData\\*.vhdx").code == 1
    assert run(laptop, "dir /-c C:\\ProgramData").code == NOT_MODELLED_EXIT_CODE


def test_a_feature_that_needs_two_restarts(laptop: Laptop) -> None:
    laptop.state.boots_for_features = 2
    run(laptop, "dism /English /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform")
    pending = f"{boot.CBS_KEY}\\RebootPending"
    seen = []
    for _ in range(2):
        boot.apply_pending(laptop)
        seen.append((laptop.registry.exists(pending), laptop.registry.exists(f"{boot.SERVICES_KEY}\\vmcompute")))
    assert seen == [(True, False), (False, True)]


def test_nvidia_installer(laptop: Laptop) -> None:
    path = laptop.drive.host_path("C:\\ProgramData\\setup.exe")
    path.write_bytes(nvidia_setup.installer("580.88"))
    assert run(laptop, "C:\\ProgramData\\setup.exe").code == NOT_MODELLED_EXIT_CODE
    assert (
        run(laptop, 'start "" /wait C:\\ProgramData\\setup.exe /s /noreboot&call exit %^ERRORLEVEL%', user="dev").code
        != 0
    )
    assert run(laptop, 'start "" /wait C:\\ProgramData\\setup.exe /s /noreboot&call exit %^ERRORLEVEL%').code == 0
    assert "580.88" in run(laptop, "nvidia-smi --query-gpu=driver_version --format=csv,noheader").out
    drivers = run(laptop, "pnputil /enum-drivers").out
    assert "32.0.15.8088" in drivers
    assert "Microsoft Windows Hardware Compatibility Publisher" in drivers
    assert run(laptop, "pnputil /delete-driver oem1.inf").code == NOT_MODELLED_EXIT_CODE


def test_an_installer_for_other_hardware(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path)
    laptop.drive.host_path("C:\\ProgramData\\setup.exe").write_bytes(nvidia_setup.installer("580.88"))
    assert run(laptop, "C:\\ProgramData\\setup.exe /s /noreboot").code == nvidia_setup.NO_HARDWARE
