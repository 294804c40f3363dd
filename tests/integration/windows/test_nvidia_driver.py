# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The NVIDIA driver of a simulated laptop: an administrator's installer over HTTP, and what it leaves behind."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_info, nvidia_driver

from lab.internet.web import WebServer
from lab.windows.programs import nvidia_setup
from tests.integration.windows.test_windows_side import Host

NEW = "580.88"


@pytest.fixture
def host(tmp_path: Path) -> t.Iterator[Host]:
    found = Host(tmp_path, "de-DE")
    yield found
    found.laptop.shut_down()


@pytest.fixture
def web(tmp_path: Path) -> t.Iterator[WebServer]:
    (tmp_path / "web").mkdir()
    server = WebServer(tmp_path / "web")
    server.start()
    yield server
    server.stop()


class Driver:
    """The installer that an administrator serves."""

    def __init__(self, host: Host, web: WebServer, signer: str | None = None, version: str = NEW) -> None:
        self._host = host
        content = nvidia_setup.installer(version, signer)
        (web.root / "driver.exe").write_bytes(content)
        self.source = {
            "installer": f"http://127.0.0.1:{web.port}/driver.exe",
            "sha256": hashlib.sha256(content).hexdigest(),
        }

    def task(self, check_mode: bool = False, **args: t.Any) -> dict[str, t.Any]:
        return self._host.task(nvidia_driver.ActionModule, check_mode, **{"minimum": NEW, **self.source, **args})

    def left_over(self) -> list[Path]:
        folder = self._host.laptop.drive.host_path("C:\\Program Files\\wslfleet")
        return [path for path in folder.rglob("*") if path.is_file()]


def test_from_an_old_driver_to_a_new_one(host: Host, web: WebServer) -> None:
    driver = Driver(host, web)
    planned = driver.task(check_mode=True)
    assert (planned["changed"], len(planned["steps"]), web.requests) == (True, 1, [])
    first = driver.task()
    assert (first.get("msg"), first["changed"], first["reboot_required"]) == (None, True, False)
    assert (first["version_before"], first["version"]) == ("572.61", NEW)
    assert first["signer"] == "Microsoft Windows Hardware Compatibility Publisher"
    assert driver.left_over() == []
    again = driver.task()
    assert (again["changed"], host.commands, len(web.requests)) == (False, 2, 1)
    info = host.task(host_info.ActionModule, gather_subset=["nvidia_smi"])
    assert (info["nvidia"]["gpus"][0]["driver_version"], info["nvidia"]["nvidia_smi"]) == (NEW, "confirmed")


def test_a_restart_is_asked_for(host: Host, web: WebServer) -> None:
    host.laptop.faults.switch_on("driver_install_fails", code=1)
    assert Driver(host, web).task()["reboot_required"] is True


@pytest.mark.parametrize(
    ("prepare", "args", "expected"),
    [
        ({"code": 14}, {}, "0xe"),
        ({}, {"sha256": "00" * 32}, "expected was 0000"),
        ({}, {"installer": "http://127.0.0.1:9/driver.exe"}, "could not fetch"),
        ({}, {"installer": None, "sha256": None}, "name installer"),
    ],
)
def test_failures_leave_the_driver_and_no_file(
    host: Host, web: WebServer, prepare: dict[str, int], args: dict[str, t.Any], expected: str
) -> None:
    if prepare:
        host.laptop.faults.switch_on("driver_install_fails", **prepare)
    driver = Driver(host, web)
    result = driver.task(**args)
    assert (result["failed"], result["changed"], expected in result["msg"]) == (True, False, True), result["msg"]
    assert "\n" not in result["msg"]
    assert driver.left_over() == []
    assert host.laptop.state.gpus[0].driver == "572.61"


def test_from_a_share_or_why_not(host: Host, web: WebServer) -> None:
    share = "\\\\files\\drivers"
    driver, state = Driver(host, web), host.laptop.state
    state.shares = {share: str(web.root)}
    for path, denied, delegated, expected in (
        ("\\\\nobody\\drivers\\driver.exe", [], True, "finds no computer nobody"),
        ("\\\\files\\other\\driver.exe", [], True, "files has no share other"),
        (f"{share}\\driver.exe", [], False, "does not pass on credentials"),
        (f"{share}\\driver.exe", [share], True, "no permission for that share"),
        (f"{share}\\driver.exe", [f"{share}\\driver.exe"], True, "this account has no permission for"),
        (f"{share}\\other.exe", [], True, "does not exist: correct the path"),
    ):
        state.shares_denied, state.credentials_delegated = denied, delegated
        result = driver.task(installer=path)
        assert (result["failed"], result["changed"], expected in result["msg"]) == (True, False, True), result["msg"]
        assert ("\n" in result["msg"], driver.left_over()) == (False, [])
    state.shares_denied = []
    result = driver.task(installer=f"{share}\\driver.exe")
    assert (result.get("msg"), result["version"], driver.left_over(), web.requests) == (None, NEW, [], [])


def test_another_signer_and_another_version_are_failures(host: Host, web: WebServer) -> None:
    result = Driver(host, web, signer="Mallory").task()
    assert (result["failed"], result["changed"], "signed by Mallory" in result["msg"]) == (True, True, True)
    older = Driver(host, web, version="575.10").task(minimum="581.10")
    assert (older["failed"], "575.10 and not 581.10" in older["msg"]) == (True, False)


@pytest.mark.parametrize("model", ["TCC"])
def test_refused_hardware(host: Host, web: WebServer, model: str) -> None:
    host.laptop.state.gpus[0].driver_model = model
    assert "TCC" in Driver(host, web).task()["msg"]
    host.laptop.state.gpus = []
    pci = "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\PCI"
    for name in list(host.laptop.registry.subkeys(pci)):
        if "10DE" in name:
            host.laptop.registry.delete(f"{pci}\\{name}")
    display = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
    host.laptop.registry.delete(f"{display}\\0001")
    assert "foreign hardware" in Driver(host, web).task()["msg"]
    assert web.requests == []
