# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many laptops, each different in one thing: verdicts, steps and final state. Prints them as a table in the end.

What role windows_host does, module by module, on the lab's model of Windows in this process, without WinRM.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import host_info, reboot, wsl
from ansible_collections.wslfleet.cuda.plugins.filter.minimum_windows_driver import minimum_windows_driver
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.base import WindowsAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import apply

from lab.laptops import profiles
from lab.laptops.laptop import Laptop
from lab.windows import fresh, lab_msi
from tests.integration.windows.laptops import CASES, LOST, UNCHANGED, Case
from tests.lab.laptop_runner import LaptopRunner

HANG_SECONDS = 2
AWAY_SECONDS = 1
_FIRST_WORDS = re.compile(r"the Windows feature |( from| \().*")


class Run:
    """One run on one laptop; counts WinRS commands."""

    def __init__(self, directory: Path, case: Case) -> None:
        state = profiles.windows_state("laptop", case.language)
        state.boot_seconds, state.sleep_ac_seconds, state.sleep_dc_seconds = 0.0, 0, 0
        case.before(state)
        fresh.make_windows(directory / "laptop", state)
        self.case = case
        self.laptop = Laptop(directory / "laptop", directory / "cache")
        case.after(self.laptop)
        self.msi = directory / "wsl.2.6.3.0.x64.msi"
        self.msi.write_bytes(lab_msi.build("2.6.3.0"))
        self.runner = LaptopRunner(self.laptop)
        self.restarts = 0
        self.runner.run("ver")  # the logon loads the account's hive, which is no change of ours
        self.runner.lines.clear()

    def task(self, action: type[WindowsAction], **args: t.Any) -> dict[str, t.Any]:
        """The result of one task."""
        task = MagicMock(args=args, check_mode=False, diff=False, async_val=0, environment=[])
        module = action(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
        module.wslfleet_runner = self.runner
        return module.run(task_vars={"inventory_hostname": "laptop"})

    def look(self) -> dict[str, t.Any]:
        """What host_info says."""
        toolkit = self.case.toolkit
        info = self.task(host_info.ActionModule, toolkit=toolkit, minimum_driver=minimum_windows_driver(toolkit))
        assert not info.get("failed"), info
        return info

    def files(self) -> dict[str, bytes]:
        """Everything on the drive and in the registry, to see that nothing changed."""
        found = {str(path): path.read_bytes() for path in self.laptop.drive.root.rglob("*") if path.is_file()}
        return {**found, "registry": (self.laptop.directory / "registry.json").read_bytes()}

    def go(self, info: dict[str, t.Any]) -> tuple[list[str], str]:
        """Steps and final state of a run after INFO."""
        if stops(info):
            return [], UNCHANGED
        first = self.task(wsl.ActionModule, msi=str(self.msi))
        assert not first.get("failed"), first
        restarted = self.task(
            reboot.ActionModule,
            policy="when_required",
            required=first["reboot_required"],
            delay=0,
            timeout=20 if self.laptop.state.comes_back else AWAY_SECONDS,
        )
        self.restarts = restarted.get("restarts", 0)
        if restarted["awaiting_reboot"]:
            return first["steps"], LOST
        reasons = stops(self.look()) if restarted["rebooted"] else []
        if reasons:
            return first["steps"], f"stopped by {', '.join(reasons)}"
        last = self.task(wsl.ActionModule)
        assert (last["changed"], last["reboot_required"]) == (False, False), last
        return first["steps"], f"WSL {last['version']} ready"


COLUMNS, WIDTH = ["laptop", "verdicts", "steps", "restarts", "final_state"], 46
"""Of the table that is printed in the end."""


def stops(info: dict[str, t.Any]) -> list[str]:
    return [verdict["id"] for verdict in info["preflight"] if verdict["level"] == "stop"]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "POLL_SECONDS", 0.05)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_laptop(case: Case, tmp_path: Path, rows: list[dict[str, t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    if case.name == "nvidia-smi hangs":
        monkeypatch.setattr(read, "SEARCH_SECONDS", HANG_SECONDS)
    run = Run(tmp_path, case)
    try:
        before = run.files()
        info = run.look()
        assert len(run.runner.lines) <= 2
        steps, final = run.go(info)
        verdicts = {row["id"]: row["level"] for row in info["preflight"] if row["level"] in ("warn", "stop")}
        shown = [f"{row['id']} {row['level']}" for row in info["preflight"] if row["id"] in verdicts]
        rows.append(
            {
                "laptop": case.name,
                "verdicts": shown or "all ok",
                "steps": [_FIRST_WORDS.sub("", step) for step in steps] or "none",
                "restarts": run.restarts,
                "final_state": final,
            }
        )
        assert verdicts == case.expected
        assert (len(steps), run.restarts, final) == (case.steps, case.restarts, case.final), steps
        if final == UNCHANGED:
            assert run.files() == before
    finally:
        run.laptop.shut_down()


def test_there_are_enough_laptops() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40
