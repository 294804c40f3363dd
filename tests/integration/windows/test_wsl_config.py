# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module wsl_config on a simulated laptop in this process: what is written, kept, refused, and who may do it."""

from __future__ import annotations

import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import wsl_config

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.windows import fresh
from tests.lab.laptop_runner import LaptopRunner

FILE = "C:\\Users\\fleetadmin\\.wslconfig"
DEVELOPERS = "C:\\Users\\developer\\.wslconfig"
OLD = "# mine\r\n[wsl2]\r\nMemory = 8GB # enough\r\nmine=\xe9\r\n"


@pytest.fixture
def laptop(tmp_path: Path) -> t.Iterator[Laptop]:
    state = profiles.windows_state("laptop", "fr-FR")
    state.gpus = []
    fresh.make_windows(tmp_path / "laptop", state)
    laptop = Laptop(tmp_path / "laptop", tmp_path / "cache")
    profiles.install_wsl(laptop)
    yield laptop
    laptop.shut_down()


def task(laptop: Laptop, settings: dict[str, t.Any], check_mode: bool = False, **args: t.Any) -> dict[str, t.Any]:
    """The result of one task, with ``lines``: the WinRS commands."""
    given = {"settings": settings, **args}
    mock = MagicMock(args=given, check_mode=check_mode, diff=True, async_val=0, environment=[])
    action = wsl_config.ActionModule(mock, *(MagicMock() for _ in range(5)))
    runner = LaptopRunner(laptop)
    action.wslfleet_runner = runner
    return {**action.run(task_vars={}), "lines": runner.lines}


def test_a_new_file(laptop: Laptop) -> None:
    settings = {"wsl2": {"memory": "16GB", "swapFile": "D:\\swap.vhdx"}}
    planned = task(laptop, settings, check_mode=True)
    assert (planned["changed"], laptop.drive.exists(FILE)) == (True, False)
    result = task(laptop, settings)
    assert (result.get("msg"), result["changed"], result["needs"]) == (None, True, "wsl.exe --shutdown")
    content = laptop.drive.host_path(FILE).read_bytes()
    assert content == b"[wsl2]\r\nmemory=16GB\r\nswapFile=D:\\\\swap.vhdx\r\n"
    assert result["diff"]["after"].encode() == content.replace(b"\r\n", b"\n")  # shown without what moves a cursor
    again = task(laptop, settings)
    assert (again["changed"], again["needs"], len(again["lines"])) == (False, "", 2)
    assert not laptop.drive.exists("C:\\Program Files\\wslfleet\\config")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_of_a_developer_and_the_rest_stays(laptop: Laptop, encoding: str) -> None:
    laptop.drive.host_path(DEVELOPERS).write_bytes(OLD.encode(encoding))
    result = task(laptop, {"wsl2": {"memory": "16GB"}}, windows_user="developer")
    assert (result.get("msg"), result["path"]) == (None, DEVELOPERS)
    assert laptop.drive.host_path(DEVELOPERS).read_bytes() == OLD.replace("8GB", "16GB").encode(encoding)
    developer = LaptopRunner(laptop, laptop.state.users[1])
    assert developer.run(f"echo x>>{DEVELOPERS}").exit_code == 0


def test_shutdown_only_when_asked_and_only_after_a_change(laptop: Laptop) -> None:
    settings = {"wsl2": {"gpuSupport": True}}
    result = task(laptop, settings, shutdown=True)
    assert (result["needs"], [line for line in result["lines"] if "--shutdown" in line] != []) == ("", True)
    assert not [line for line in task(laptop, settings, shutdown=True)["lines"] if "--shutdown" in line]
    assert "developer" in task(laptop, settings, shutdown=True, windows_user="developer")["msg"]


def test_what_is_refused_changes_nothing(laptop: Laptop) -> None:
    laptop.registry.set("HKLM\\SOFTWARE\\Policies\\WSL", "AllowKernelUserSetting", "REG_DWORD", 0)
    for settings, message in (
        ({"wsl2": {"kernel": "C:\\k"}}, "AllowKernelUserSetting"),
        ({"wsl2": {"memory": "lots"}}, "is not a size"),
        ({"wsl2": {"networkingMode": "consomme"}}, "here is 2.6.3"),
    ):
        result = task(laptop, settings)
        assert (result["failed"], message in result["msg"]) == (True, True), result
    assert "no profile" in task(laptop, {}, windows_user="carl")["msg"]
    assert not laptop.drive.exists(FILE)


def test_a_link_is_refused(laptop: Laptop, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("kept")
    laptop.drive.host_path(DEVELOPERS).symlink_to(secret)
    result = task(laptop, {"wsl2": {"memory": "16GB"}}, windows_user="developer")
    assert "is a link" in result["msg"]
    assert secret.read_text() == "kept"
