# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions on a simulated laptop: an import that meets a restart, shares, and WSL 1 that becomes WSL 2."""

from __future__ import annotations

import hashlib
import io
import tarfile
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import wsl_distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.process import Command
from lab.windows import fresh
from lab.wsl import disks
from lab.wsl.registrations import Registrations
from tests.lab.laptop_runner import LaptopRunner
from tests.lab.linux_support import wait_until
from tests.lab.wsl_bench import FILES


class Interrupted(LaptopRunner):
    """Ends the first line with --import when half of its stdin is in, by HOW; then everything else is lost as well."""

    def __init__(self, laptop: Laptop, how: t.Callable[[Laptop, Command], None]) -> None:
        super().__init__(laptop)
        self._how, self._lost = how, False

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        if self._lost:
            raise HostUnreachable("lost")
        if " --import " not in line:
            return super().run(line, stdin, timeout)
        assert not isinstance(stdin, bytes)
        command = self._laptop.start_command(self._user, line)
        command.stdin.write(stdin.read(5000))
        wait_until(lambda: command.stdin.unread == 0)
        self._how(self._laptop, command)
        assert command.done.wait(30)
        self._lost = True
        raise HostUnreachable("lost")


def cut(laptop: Laptop, command: Command) -> None:
    """As when WinRM closes the shell."""
    command.kill()


def restart(laptop: Laptop, command: Command) -> None:
    """As when the power goes."""
    laptop.reboot()


@pytest.fixture
def laptop(tmp_path: Path) -> t.Iterator[Laptop]:
    state = profiles.windows_state("laptop", "en-US")
    state.boot_seconds, state.gpus = 0.0, []
    fresh.make_windows(tmp_path / "laptop", state)
    laptop = Laptop(tmp_path / "laptop", tmp_path / "cache")
    profiles.install_wsl(laptop)
    with tarfile.open(tmp_path / "image.tar", "w") as archive:
        for name, text in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    yield laptop
    laptop.shut_down()


def task(laptop: Laptop, runner: LaptopRunner | None = None, name: str = "Debian", **args: t.Any) -> dict[str, t.Any]:
    """Import the image as NAME."""
    given = {"name": name, "source": str(laptop.directory.parent / "image.tar"), **args}
    mock = MagicMock(args=given, check_mode=False, diff=False, async_val=0, environment=[])
    action = wsl_distribution.ActionModule(mock, *(MagicMock() for _ in range(5)))
    action.wslfleet_runner = runner or LaptopRunner(laptop)
    return action.run(task_vars={})


@pytest.mark.parametrize(("how", "left"), [(cut, []), (restart, ["installing"])])
def test_the_next_run_ends_it(laptop: Laptop, how: t.Callable[[Laptop, Command], None], left: list[str]) -> None:
    assert task(laptop, name="before").get("msg") is None
    assert task(laptop, Interrupted(laptop, how)).get("unreachable") is True
    registrations = Registrations(laptop.registry, laptop.state.users[0].sid)
    assert [item.name for item in registrations.all() if item.state == 3] == (["Debian"] if left else [])
    result = task(laptop)
    assert (result.get("msg"), result["present"]) == (None, True)
    assert any("unfinished" in step for step in result["steps"]) is bool(left)
    assert {(item.name, item.state) for item in registrations.all()} == {("before", 1), ("Debian", 1)}
    default = registrations.default()
    assert default is not None
    assert default.name == "before"
    assert task(laptop)["changed"] is False


def test_from_a_share_or_why_not(laptop: Laptop) -> None:
    share, image = "\\\\files\\images", laptop.directory.parent / "image.tar"
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    laptop.state.shares = {share: str(image.parent)}

    def refused(source: str = f"{share}\\image.tar", **args: t.Any) -> str:
        result = task(laptop, source=source, **args)
        assert (result["failed"], "\n" in result["msg"]) == (True, False)
        return str(result["msg"])

    assert "finds no computer nobody" in refused("\\\\nobody\\images\\image.tar")
    assert "files has no share other" in refused("\\\\files\\other\\image.tar")
    assert "does not pass on credentials" in refused()
    laptop.state.credentials_delegated = True
    assert "does not exist: correct the path" in refused(f"{share}\\other.tar")
    assert "expected was 0000" in refused(sha256="00" * 32)
    laptop.state.shares_denied = [f"{share}\\image.tar"]
    assert "this account has no permission for" in refused()
    assert "this account has no permission for" in refused(sha256=digest)
    laptop.state.shares_denied = []
    result = task(laptop, source=f"{share}\\image.tar", sha256=digest)
    assert (result.get("msg"), result["present"]) == (None, True)
    assert task(laptop, source=f"{share}\\image.tar", sha256=digest)["changed"] is False


def test_wsl_1_is_converted(laptop: Laptop) -> None:
    task(laptop)
    registrations = Registrations(laptop.registry, laptop.state.users[0].sid)
    item = registrations.find("Debian")
    assert item is not None
    assert item.vhd is not None
    assert item.base_path is not None
    disk = disks.read_disk_id(laptop, item.vhd)
    assert disk is not None
    laptop.drive.host_path(item.vhd).unlink()
    disks.write_wsl1(laptop, item.base_path, disk)
    registrations.set_number(item, "Flags", 7)
    assert "Microsoft-Windows-Subsystem-Linux" in task(laptop)["msg"]
    laptop.registry.set("HKLM\\SYSTEM\\CurrentControlSet\\Services\\LxssManager", "Start", "REG_DWORD", 3)
    assert task(laptop)["steps"] == ["convert distribution Debian to WSL 2 (wsl.exe --set-version)"]
    assert task(laptop)["changed"] is False
