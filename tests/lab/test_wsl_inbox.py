# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops before the package: other releases of Windows, the WSL of Windows itself and of the Store, blocked Stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.machine.process import NOT_MODELLED_EXIT_CODE
from lab.windows.version import runs_packages_directly, windows_version
from lab.wsl.registrations import Distribution, Registrations, new_id
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
        ("windows_10_updated", "10.0.19044.2364", False, "wsl-inbox"),
        ("inbox_old", "10.0.19044.1288", False, "wsl-inbox"),
        ("server_2022", "10.0.20348.3091", True, "wsl-stub"),
        ("server_2022_old", "10.0.20348.587", False, "wsl-inbox"),
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
    # What is not modelled is never a success.
    assert run(laptop, f"{WSL} --import a C:\\a C:\\a.tar").code == NOT_MODELLED_EXIT_CODE
    assert laptop_bytes(laptop, f"{WSL} --update")[0] == 0
    assert installed_version(laptop) == "2.6.3.0"
    assert laptop.drive.is_program(WSL) == "wsl-inbox"


def laptop_bytes(laptop: Laptop, line: str) -> tuple[int | None, bytes]:
    command = laptop.start_command(laptop.state.users[0], line)
    command.stdin.close()
    output = command.stdout.read_all()
    assert command.done.wait(60)
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
    assert command.done.wait(60)
    assert command.exit_code != 0
    assert any(part in output for part in text.split("|"))
    assert installed_version(laptop) is None


def test_before_november_2022_there_was_no_package(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "inbox_old")
    for options in ("--install --no-distribution", "--update --web-download"):
        code, output = laptop_bytes(laptop, f"{WSL} {options}")
        assert code == 0xFFFFFFFF
        assert f"Invalid command line option: {options.split()[1]}\r\r\n" in output.decode("utf-16-le")
    assert laptop_bytes(laptop, f"{WSL} --status")[0] == 0xFFFFFE44
    assert laptop_bytes(laptop, f"{WSL} --update")[0] == 0
    assert laptop_bytes(laptop, f"{WSL} --status")[0] == 0
    assert installed_version(laptop) is None
    laptop.state.online = False
    assert laptop_bytes(laptop, f"{WSL} --update")[0] == 0xFFFFFFFF


def test_an_update_of_windows_10_teaches_it_the_package(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "windows_10_updated")
    assert run(laptop, f"{WSL} --install Debian").code == NOT_MODELLED_EXIT_CODE
    assert laptop_bytes(laptop, f"{WSL} --install --no-distribution")[0] == 0
    assert installed_version(laptop) == "2.6.3.0"
    assert run(shaped(tmp_path / "server", "server_2022_old"), f"{WSL} --update").code == NOT_MODELLED_EXIT_CODE


def test_registrations_of_the_wsl_of_windows_itself(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "inbox_old")
    assert laptop_bytes(laptop, f"{WSL} -l -v")[0] == 0xFFFFFFFF
    registrations = Registrations(laptop.registry, laptop.state.users[0].sid)
    for name in ("Ubuntu", "Old"):
        laptop.drive.host_path(f"C:\\wsl\\{name}").mkdir(parents=True)
        laptop.drive.host_path(f"C:\\wsl\\{name}\\ext4.vhdx").write_bytes(b"disk")
        registrations.add(Distribution(new_id(), name, f"C:\\wsl\\{name}"), modern=False, os_release={})
    listed = laptop_bytes(laptop, f"set WSL_UTF8=1&{WSL} --list --verbose")[1].decode("utf-16-le").splitlines()
    assert [line.split() for line in listed[1:]] == [["*", "Ubuntu", "Stopped", "2"], ["Old", "Stopped", "2"]]
    assert laptop_bytes(laptop, f"{WSL} --unregister old")[0] == 0
    assert laptop_bytes(laptop, f"{WSL} --unregister old")[0] == 0xFFFFFFFF
    assert laptop_bytes(laptop, f"{WSL} --list --quiet")[1].decode("utf-16-le") == "Ubuntu\r\n"
    assert not laptop.drive.exists("C:\\wsl\\Old\\ext4.vhdx")


def test_the_wsl_of_the_store_needs_a_desktop(tmp_path: Path) -> None:
    code, output = laptop_bytes(shaped(tmp_path, "store"), f"{WSL} --status")
    assert (code, output.decode("utf-16-le")) == (1, "The file cannot be accessed by the system.\r\n")


def test_a_blocked_store(tmp_path: Path) -> None:
    laptop = shaped(tmp_path, "store_blocked")
    code, output = laptop_bytes(laptop, f"{WSL} --install --no-distribution")
    assert (code, output.decode("utf-16-le"), installed_version(laptop)) == (1, "Error: 0x80240066 \r\n", None)
    assert laptop_bytes(laptop, f"{WSL} --install --no-distribution --web-download")[0] == 0
    assert installed_version(laptop) == "2.6.3.0"
