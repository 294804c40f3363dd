# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows-side actions against a simulated laptop in this process, without WinRM: steps, states, commands.

WSL comes from an MSI package on the controller, so that no network and no distribution is needed.
"""

from __future__ import annotations

import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_info, reboot, wsl, wsl_distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import apply

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.windows import fresh, lab_msi
from tests.lab.laptop_runner import LaptopRunner

LANGUAGES = ["en-US", "de-DE", "fr-FR", "ja-JP"]


class Host:
    """A laptop and the tasks that run on it; ``commands`` counts the WinRS commands of the last task."""

    def __init__(self, directory: Path, language: str = "en-US") -> None:
        state = profiles.windows_state("laptop", language)
        state.boot_seconds = 0.0
        fresh.make_windows(directory / "laptop", state)
        self.laptop = Laptop(directory / "laptop", directory / "cache")
        self.msi = directory / "wsl.2.6.3.0.x64.msi"
        self.msi.write_bytes(lab_msi.build("2.6.3.0"))
        self.commands = 0

    def task(self, action: type[WindowsAction], check_mode: bool = False, **args: t.Any) -> dict[str, t.Any]:
        """The result of one task."""
        task = MagicMock(args=args, check_mode=check_mode, diff=False, async_val=0, environment=[])
        module = action(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
        runner = LaptopRunner(self.laptop)
        module.wslfleet_runner = runner
        result = module.run(task_vars={"inventory_hostname": "laptop"})
        self.commands = len(runner.lines)
        return result

    def wsl(self, **args: t.Any) -> dict[str, t.Any]:
        """The module wsl with the MSI package."""
        return self.task(wsl.ActionModule, msi=str(self.msi), **args)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "POLL_SECONDS", 0.2)


@pytest.fixture(params=LANGUAGES)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> t.Iterator[Host]:
    host = Host(tmp_path, request.param)
    yield host
    host.laptop.shut_down()


@pytest.fixture
def english(tmp_path: Path) -> t.Iterator[Host]:
    host = Host(tmp_path)
    yield host
    host.laptop.shut_down()


def test_from_nothing_to_wsl(host: Host) -> None:
    first = host.wsl()
    assert (first.get("msg"), first["changed"], first["reboot_required"]) == (None, True, True)
    assert host.wsl()["changed"] is False
    restarted = host.task(reboot.ActionModule, policy="when_required", required=True, delay=0)
    assert (restarted["rebooted"], restarted["reasons_left"]) == (True, [])
    last = host.wsl()
    assert (last["changed"], last["version"], last["reboot_required"]) == (False, "2.6.3.0", False)
    assert host.commands == 1


def test_check_mode_changes_nothing(host: Host) -> None:
    before = (host.laptop.directory / "registry.json").read_bytes()
    result = host.wsl(check_mode=True)
    planned = host.task(wsl_distribution.ActionModule, check_mode=True, name="Debian-12")
    assert (len(result["steps"]), result["changed"], planned["changed"]) == (2, True, True)
    assert (host.laptop.directory / "registry.json").read_bytes() == before


def test_budget_of_a_converged_host(host: Host) -> None:
    profiles.install_wsl(host.laptop)
    counts = []
    for action, args in (
        (host_info.ActionModule, {"gather_subset": ["machine"]}),
        (wsl.ActionModule, {}),
        (reboot.ActionModule, {"policy": "when_required", "required": False}),
        (wsl_distribution.ActionModule, {"name": "Debian-12", "state": "terminated"}),
    ):
        assert host.task(action, **args)["changed"] is False
        counts.append(host.commands)
    assert counts == [1, 1, 0, 1]
    host.task(host_info.ActionModule)
    assert host.commands == 2


def test_nvidia_smi_that_hangs(english: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "SEARCH_SECONDS", 3)
    english.laptop.faults.switch_on("nvidia_smi_hangs")
    result = english.task(host_info.ActionModule)
    assert result["nvidia"]["gpus"][0]["driver_version"] == "572.61"
    assert "did not answer within 3 s" in result["nvidia"]["nvidia_smi"]


def test_a_laptop_that_does_not_come_back(english: Host) -> None:
    english.laptop.state.comes_back = False
    result = english.task(reboot.ActionModule, policy="always", delay=0, timeout=2)
    assert (result["rebooted"], result["awaiting_reboot"], result.get("failed")) == (False, True, None)


@pytest.mark.parametrize(("key", "value", "verdict"), [("AllowWSL", 0, "wsl_policy")])
def test_preflight(english: Host, key: str, value: int, verdict: str) -> None:
    english.laptop.registry.set("HKLM\\SOFTWARE\\Policies\\WSL", key, "REG_DWORD", value)
    result = english.task(host_info.ActionModule, gather_subset=["machine"])
    assert [row["id"] for row in result["preflight"] if row["level"] == "stop"] == [verdict]
    assert "policy" in english.wsl()["msg"]


def test_a_user_who_is_no_administrator(english: Host) -> None:
    english.laptop.state.users[0].admin = False
    assert "administrator rights" in english.wsl()["msg"]
    assert english.commands <= 2


def test_a_full_disk(english: Host) -> None:
    english.laptop.faults.switch_on("disk_full")
    result = english.wsl()
    assert result["failed"] is True
    assert "\n" not in result["msg"]
