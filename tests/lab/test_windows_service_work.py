# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work of Windows' services that outlives its client; shares; stopping WSL for everyone."""

from __future__ import annotations

import time
import typing as t
from pathlib import Path

import pytest

from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.windows import boot, lab_msi
from lab.wsl import package
from lab.wsl.windows_state import installed_version
from tests.lab.windows_laptop import make_laptop, run

DISM = "C:\\Windows\\System32\\dism.exe /English /Online /NoRestart /Enable-Feature /FeatureName:VirtualMachinePlatform"
MSI = "C:\\wsl.msi"
INSTALL = f'start "" /wait C:\\Windows\\System32\\msiexec.exe /i {MSI} /qn /norestart /l*v C:\\wsl.log'
INSTALL += "&call exit %^ERRORLEVEL%"


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    made = make_laptop(tmp_path)
    made.drive.host_path(MSI).write_bytes(lab_msi.build("2.6.3.0"))
    for fault in ("servicing_is_slow", "installer_is_slow"):
        made.faults.switch_on(fault, seconds=0.4)
    return made


def wait_for(condition: t.Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("line", "done"),
    [
        (DISM, lambda laptop: laptop.state.features["VirtualMachinePlatform"] == "EnablePending"),
        (INSTALL, lambda laptop: installed_version(laptop) == "2.6.3.0"),
    ],
)
def test_the_service_goes_on_without_its_client(laptop: Laptop, line: str, done: t.Callable[[Laptop], bool]) -> None:
    command = laptop.start_command(laptop.state.users[0], line)
    wait_for(lambda: command.process.started)
    command.kill()
    assert command.done.wait(60)
    assert not done(laptop)
    wait_for(lambda: done(laptop))


def test_one_installation_at_a_time_and_none_survives_a_boot(laptop: Laptop) -> None:
    command = laptop.start_command(laptop.state.users[0], INSTALL)
    wait_for(lambda: laptop.registry.exists(boot.INSTALLER_LOCK))
    assert run(laptop, INSTALL).code == 1618
    command.kill()
    boot.apply_pending(laptop)
    assert not laptop.registry.exists(boot.INSTALLER_LOCK)
    time.sleep(0.6)
    assert installed_version(laptop) is None
    assert run(laptop, INSTALL).code == 0


def test_another_installation_for_a_while(laptop: Laptop) -> None:
    laptop.faults.switch_off("installer_is_slow")
    laptop.faults.switch_on("installer_busy", count=1)
    assert [run(laptop, INSTALL).code for _ in range(2)] == [1618, 0]


def test_sc_stop_ends_everyones_wsl(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = "C:\\Windows\\System32\\sc.exe stop WSLService"
    assert run(laptop, stop).code == 1060
    package.install_package(laptop, "2.6.3.0")
    ended: list[bool] = []
    monkeypatch.setattr(laptop.instances, "terminate_all", lambda: ended.append(True))
    assert (run(laptop, stop, user="dev").code, ended) == (5, [])
    assert (run(laptop, stop).code, ended) == (0, [True])


def test_shares(laptop: Laptop, tmp_path: Path) -> None:
    (tmp_path / "share" / "new").mkdir(parents=True)
    (tmp_path / "share" / "new" / "a.msi").write_bytes(b"content")
    assert run(laptop, "dir /b \\\\files\\wsl").code == 1
    laptop.state.shares = {"\\\\files\\wsl": str(tmp_path / "share")}
    refused = run(laptop, "dir /b \\\\files\\wsl")
    assert (refused.code, refused.err) == (1, "Access is denied.\r\n")
    assert run(laptop, "copy /y /b \\\\files\\wsl\\new\\a.msi C:\\a.msi").code == 1
    laptop.state.credentials_delegated = True
    assert run(laptop, "dir /b \\\\FILES\\wsl").out == "new\r\n"
    assert run(laptop, "dir /b \\\\files\\wsl\\new\\a.msi").out == "a.msi\r\n"
    assert run(laptop, "dir /b \\\\files\\wsl\\b.msi").code == 1
    assert run(laptop, "copy /y /b \\\\files\\wsl\\b.msi C:\\a.msi").code == 1
    assert run(laptop, "copy /y /b \\\\files\\wsl\\new\\a.msi C:\\none\\a.msi").code == 1
    assert run(laptop, "copy /y /b \\\\files\\wsl\\new\\a.msi C:\\a.msi").code == 0
    assert laptop.drive.host_path("C:\\a.msi").read_bytes() == b"content"
    assert run(laptop, "type \\\\files\\wsl\\new\\a.msi").code == NOT_MODELLED_EXIT_CODE


def test_why_a_share_cannot_be_read(laptop: Laptop, tmp_path: Path) -> None:
    (tmp_path / "a.msi").write_bytes(b"content")
    laptop.state.shares = {"\\\\files\\wsl": str(tmp_path)}

    def certutil(path: str) -> int:
        return run(laptop, f"C:\\Windows\\System32\\certutil.exe -hashfile {path} SHA256").code

    file = "\\\\files\\wsl\\a.msi"
    found = [certutil(path) for path in ("\\\\nobody\\wsl\\a.msi", "\\\\files\\other\\a.msi", file)]
    assert found == [0x80070035, 0x80070043, 0x80070005]
    laptop.state.credentials_delegated = True
    assert (certutil(file), certutil(f"{file}.old")) == (0, 0x80070002)
    laptop.state.shares_denied = [file]
    assert (run(laptop, f"dir /b {file}").code, certutil(file)) == (0, 0x80070005)
    laptop.state.shares_denied = ["\\\\files\\wsl"]
    assert (run(laptop, f"dir /b {file}").code, run(laptop, "dir /b \\\\files\\wsl").code) == (1, 1)


def test_servicing_that_fails(laptop: Laptop) -> None:
    laptop.faults.switch_on("servicing_fails", count=1)
    failed = run(laptop, DISM)
    assert failed.code == 0x800F081F
    assert "\r\nError: 0x800f081f\r\n" in failed.out
    log = "C:\\Windows\\Logs\\CBS\\CBS.log"
    found = run(laptop, f'findstr "/c:, Error " {log}')
    assert (found.code, found.out.count("\r\n"), "[HRESULT = 0x800f081f]" in found.out) == (0, 1, True)
    assert run(laptop, f'findstr /c:"nothing of that" {log}').code == 1
    assert run(laptop, 'findstr /c:"x" C:\\none.log').err == "FINDSTR: Cannot open C:\\none.log\r\n"
    assert run(laptop, DISM).code == 3010
