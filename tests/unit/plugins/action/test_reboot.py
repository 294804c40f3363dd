# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import Completed, HostUnreachable

from tests.unit.host_answers import BATCH, fresh, reg
from tests.unit.plugins.action.windows_action import Script, run_action
from tests.unit.plugins.plugin_utils.test__reboot import FakeTime

SHUTDOWN = re.compile(r'shutdown\.exe /r /t 5 /c "')
OK = Completed(0, b"", b"")
AWAY = HostUnreachable("off")
NEXT_BOOT = fresh()
NEXT_BOOT[q.pending_reboot()["boot_id"]] = reg(
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters",
    ("BootId", "REG_DWORD", "0x2a"),
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reboot.ActionModule, "WSLFLEET_CLOCK", FakeTime().clock())


@pytest.mark.parametrize(
    ("policy", "required", "awaiting"),
    [("never", False, False), ("never", True, True), ("when_required", False, False)],
)
def test_the_host_is_not_even_asked(policy: str, required: bool, awaiting: bool) -> None:
    result = run_action(reboot.ActionModule, {"policy": policy, "required": required}, [])
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (False, False, awaiting)
    assert ("msg" in result) is awaiting


@pytest.mark.parametrize(("policy", "required"), [("when_required", True), ("always", False), ("always", True)])
def test_restart(policy: str, required: bool) -> None:
    script: Script = [(BATCH, fresh()), (SHUTDOWN, OK), (BATCH, AWAY), (BATCH, NEXT_BOOT)]
    result = run_action(reboot.ActionModule, {"policy": policy, "required": required, "delay": 5}, script)
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (True, True, False)
    assert result["seconds"] == 10.0


def test_a_host_that_stays_away_is_no_failure() -> None:
    script: Script = [(BATCH, fresh()), (SHUTDOWN, OK), (BATCH, AWAY), (BATCH, AWAY)]
    result = run_action(reboot.ActionModule, {"policy": "always", "delay": 5, "timeout": 10}, script)
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (True, False, True)
    assert "run again when it is" in result["msg"]
    assert "failed" not in result


def test_check_mode() -> None:
    result = run_action(reboot.ActionModule, {"policy": "always"}, [], check_mode=True)
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (True, False, False)


def test_a_message_that_cmd_cannot_carry() -> None:
    args = {"policy": "always", "message": "100 % now"}
    result = run_action(reboot.ActionModule, args, [(BATCH, fresh())])
    assert (result["failed"], result["changed"]) == (True, False)
    assert "per cent" in result["msg"]
