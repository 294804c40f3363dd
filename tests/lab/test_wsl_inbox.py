# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops before the package: other releases of Windows, the WSL of Windows itself and of the Store, blocked Stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import profiles
from lab.laptop import Laptop
from lab.windows import releases
from lab.windows.version import runs_packages_directly, windows_version
from lab.wsl.windows_state import installed_version
from tests.lab.windows_laptop import make_laptop, run

WSL = "C:\\Windows\\System32\\wsl.exe"


def shaped(directory: Path, profile: str, **settings: object) -> Laptop:
    laptop = make_laptop(directory, **settings)
    profiles.shape(laptop, profile)
    return laptop


@pytest.mark.parametrize(
    ("profile", "version", "directly", "client"),
    [
        ("fresh", "10.0.26100.3476", True, "wsl-stub"),
        ("windows_10", "10.0.19044.1288", False, "wsl-inbox"),
        ("server_2022", "10.0.20348.3091", True, "wsl-stub"),
        ("server_2025", "10.0.26100.2894", True, "wsl-stub"),
        ("inbox", "10.0.19044.2364", False, "wsl-inbox"),
        ("store", "10.0.22621.1702", False, "wsl-store"),
    ],
)
def test_releases(tmp_path: Path, profile: str, version: str, directly: bool, client: str) -> None:
    laptop = shaped(tmp_path, profile)
    assert (windows_version(laptop), runs_packages_directly(laptop)) == (version, directly)
    assert laptop.drive.is_program(WSL) == client
    assert installed_version(laptop) is None


def test_the_wsl_of_windows_itself(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "inbox", language="de-DE")
    assert run(laptop, 'reg query "HKLM\\SYSTEM\\CurrentControlSet\\Services\\LxssManager" /v Start').code == 0
    status = laptop_bytes(laptop, f"set WSL_UTF8=1&{WSL} --status")
    assert (status[0], "kernel file is not found" in status[1].decode("utf-16-le")) == (0xFFFFFE44, True)
    version = laptop_bytes(laptop, f"{WSL} --version")
    assert version[0] == 0xFFFFFFFF
    assert "Invalid command line option: --version\r\r\n" in version[1].decode("utf-16-le")
    assert run(laptop, f"{WSL} --list").code == 255  # not modelled is never a success
    assert laptop_bytes(laptop, f"{WSL} --update")[0] == 0
    assert installed_version(laptop) == "2.6.3.0"
    assert laptop.drive.is_program(WSL) == "wsl-inbox"


def laptop_bytes(laptop: Laptop, line: str) -> tuple[int | None, bytes]:
    command = laptop.start_command(laptop.state.users[0], line)
    command.stdin.close()
    output = command.stdout.read_all()
    assert command.done.wait(20)
    return command.exit_code, output


@pytest.mark.parametrize(
    ("settings", "user", "text"),
    [
        ({"store_blocked": True}, "admin", "0x80240066"),
        ({"online": False}, "admin", "Wsl/WININET_E_NAME_NOT_RESOLVED"),
        ({}, "dev", "Wsl/0x800702e4|Wsl/ERROR_ELEVATION_REQUIRED"),
    ],
)
def test_an_update_of_it_that_fails(tmp_path: Path, settings: dict[str, bool], user: str, text: str) -> None:
    laptop = shaped(tmp_path, "inbox")
    for name, value in settings.items():
        setattr(laptop.state, name, value)
    account = laptop.user(user)
    assert account is not None
    command = laptop.start_command(account, f"{WSL} --update")
    output = command.stdout.read_all().decode("utf-16-le")
    assert command.done.wait(20)
    assert command.exit_code != 0
    assert any(part in output for part in text.split("|"))
    assert installed_version(laptop) is None


def test_before_november_2022_there_was_no_package(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "inbox")
    releases.become(laptop, releases.WINDOWS_10_21H2)
    assert run(laptop, f"{WSL} --update").code == 255


def test_the_wsl_of_the_store_needs_a_desktop(tmp_path: Path) -> None:
    code, output = laptop_bytes(shaped(tmp_path, "store"), f"{WSL} --status")
    assert (code, output.decode("utf-16-le")) == (1, "The file cannot be accessed by the system.\r\n")


def test_a_blocked_store(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "store_blocked")
    code, output = laptop_bytes(laptop, f"{WSL} --install --no-distribution")
    assert (code, output.decode("utf-16-le"), installed_version(laptop)) == (1, "Error: 0x80240066 \r\n", None)
    assert laptop_bytes(laptop, f"{WSL} --install --no-distribution --web-download")[0] == 0
    assert installed_version(laptop) == "2.6.3.0"
