# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""msiexec with the lab's WSL package."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.windows import boot, lab_msi
from tests.lab.windows_laptop import make_laptop, run

MSIEXEC = 'start "" /wait C:\\Windows\\System32\\msiexec.exe'
CODE = "&call exit %^ERRORLEVEL%"
FOLDER = "C:\\ProgramData\\wslfleet"
MSI = f"{FOLDER}\\wsl.msi"
VERSION_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss\\MSI"
MODULES = "C:\\Program Files\\WSL\\tools\\modules.vhd"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    made = make_laptop(tmp_path)
    made.drive.host_path(FOLDER).mkdir()
    put(made, MSI, "2.6.3.0")
    return made


def put(laptop: Laptop, path: str, version: str) -> None:
    laptop.drive.host_path(path).write_bytes(lab_msi.build(version))


def installed(laptop: Laptop) -> object:
    value = laptop.registry.get(VERSION_KEY, "Version")
    return value.data if value else None


def test_package_format() -> None:
    data = lab_msi.build("2.6.3.0")
    assert len(data) == 64 * 1024
    assert lab_msi.read(data) == lab_msi.Package("wsl", "2.6.3.0")
    for bad in (data[:-1], data[:20], b"<html>403</html>", b'{"lab_msi": "wsl"}', b"[]"):
        with pytest.raises(lab_msi.NotAPackage):
            lab_msi.read(bad)


def test_install_then_upgrade_then_remove(laptop: Laptop) -> None:
    result = run(laptop, f"{MSIEXEC} /i {MSI} /qn /norestart /l*v {FOLDER}\\msi.log")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert installed(laptop) == "2.6.3.0"
    assert laptop.drive.is_program("C:\\Program Files\\WSL\\wsl.exe") == "wsl"
    log = laptop.drive.host_path(f"{FOLDER}\\msi.log").read_bytes().decode("utf-16")
    assert "MainEngineThread is returning 0" in log
    put(laptop, MSI, "2.7.10.0")
    assert run(laptop, f"{MSIEXEC} /i {MSI} /quiet REBOOT=ReallySuppress SKIPMSIX=1").code == 0
    assert installed(laptop) == "2.7.10.0"
    code = laptop.registry.get(VERSION_KEY, "ProductCode")
    assert code is not None
    assert run(laptop, f"msiexec /x {code.data} /qn /norestart").code == 0
    assert installed(laptop) is None
    assert run(laptop, f"msiexec /x {code.data} /qn /norestart").code == 1605


@pytest.mark.parametrize(
    ("prepare", "user", "target", "code"),
    [
        ("", "admin", "C:\\none.msi", 1619),
        ("truncate", "admin", MSI, 1620),
        ("other installation", "admin", MSI, 1618),
        ("", "dev", MSI, 1603),
        ("disk full", "admin", MSI, 1603),
        ("old build", "admin", MSI, 1603),
    ],
)
def test_failures_change_nothing(laptop: Laptop, prepare: str, user: str, target: str, code: int) -> None:
    if prepare == "truncate":
        laptop.drive.host_path(MSI).write_bytes(lab_msi.build("2.6.3.0")[:100])
    if prepare == "other installation":
        laptop.registry.create("HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\InProgress")
    if prepare == "disk full":
        laptop.faults.switch_on("disk_full")
    if prepare == "old build":
        laptop.registry.set("HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentBuild", "REG_SZ", "17763")
    assert run(laptop, f"{MSIEXEC} /i {target} /qn /norestart{CODE}", user=user).code == code
    assert installed(laptop) is None


def test_upgrade_while_wsl_runs_loses_files_at_the_boot_unless_repaired(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = f"{MSIEXEC} /i {MSI} /qn /norestart{CODE}"
    assert run(laptop, install).code == 0
    put(laptop, MSI, "2.7.10.0")
    monkeypatch.setattr(laptop.instances, "running", lambda: ["{guid}"])
    assert run(laptop, install).code == 3010
    pending = laptop.registry.get(boot.SESSION_MANAGER_KEY, "PendingFileRenameOperations")
    assert pending is not None
    assert f"\\??\\{MODULES}" in pending.data

    put(laptop, f"{FOLDER}\\wsl.2.7.10.0.x64.msi", "2.7.10.0")
    assert run(laptop, f"msiexec /fvamus {FOLDER}\\wsl.2.7.10.0.x64.msi /qn /norestart").code == 1603
    assert run(laptop, f"msiexec /fvamus {MSI} /qn /norestart").code == 0
    boot.apply_pending(laptop)
    assert laptop.drive.exists(MODULES)

    assert run(laptop, install).code == 3010
    boot.apply_pending(laptop)
    assert not laptop.drive.exists(MODULES)
