# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.action import reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

from tests.unit.host_answers import BATCH, HostAnswers, fresh, reg
from tests.unit.plugins.action.windows_action import Script, run_action
from tests.unit.plugins.plugin_utils._reboot.test_apply import FakeTime

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


TIME_ZONE = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation"
ZONE = reg(TIME_ZONE, ("ActiveTimeBias", "REG_DWORD", "0x0"))


@pytest.mark.parametrize("check_mode", [False, True])
def test_put_off(check_mode: bool) -> None:
    host = fresh()
    host[q.time_zone()["time_zone"]] = ZONE
    args = {"policy": "always", "window": "22:00-05:00"}
    result = run_action(reboot.ActionModule, args, [(BATCH, host)], check_mode=check_mode)
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (False, False, True)
    assert result["deferred_by"] == ["it is Sun 12:00 there, the window is 22:00-05:00"]
    assert "run again later" in result["msg"]


def test_conditions_are_not_asked_when_nothing_is_to_be_done() -> None:
    result = run_action(reboot.ActionModule, {"policy": "never", "required": True, "not_on_battery": True}, [])
    assert (result["awaiting_reboot"], result["deferred_by"]) == (True, [])


def test_a_bad_window_asks_the_host_nothing() -> None:
    result = run_action(reboot.ActionModule, {"policy": "always", "window": "night"}, [])
    assert (result["failed"], "22:00-05:00" in result["msg"]) == (True, True)


def test_restarts_twice_where_windows_needs_it() -> None:
    pending, third = NEXT_BOOT.copy(), NEXT_BOOT.copy()
    pending[q.pending_reboot()["servicing"]] = b""
    third[q.pending_reboot()["boot_id"]] = third[q.pending_reboot()["boot_id"]].replace(b"0x2a", b"0x2b")
    first: Script = [(BATCH, fresh()), (SHUTDOWN, OK), (BATCH, pending)]
    result = run_action(
        reboot.ActionModule,
        {"policy": "always", "delay": 5},
        [*first, (BATCH, pending), (SHUTDOWN, OK), (BATCH, third)],
    )
    assert (result["restarts"], result["reasons_left"], result["awaiting_reboot"]) == (2, [], False)
    put_off = run_action(
        reboot.ActionModule,
        {"policy": "always", "delay": 5, "not_while_logged_on": True},
        [(BATCH, fresh()), (BATCH, fresh()), *first, (BATCH, HostAnswers())],
    )
    assert (put_off["restarts"], put_off["rebooted"], put_off["awaiting_reboot"]) == (1, True, True)
    assert "put off: whether someone is logged on" in put_off["msg"]


def test_check_mode() -> None:
    result = run_action(reboot.ActionModule, {"policy": "always"}, [], check_mode=True)
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (True, False, False)


def test_a_message_that_cmd_cannot_carry() -> None:
    args = {"policy": "always", "message": "100 % now"}
    result = run_action(reboot.ActionModule, args, [(BATCH, fresh())])
    assert (result["failed"], result["changed"]) == (True, False)
    assert "per cent" in result["msg"]


@pytest.mark.parametrize("policy", ["always", "when_required"])
def test_from_inside_a_person_is_told(policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart would end Ansible; nothing is asked of Windows."""
    monkeypatch.setattr(reboot, "is_inside", lambda _connection: True)
    result = run_action(reboot.ActionModule, {"policy": policy, "required": True}, [])
    assert (result["changed"], result["rebooted"], result["awaiting_reboot"]) == (False, False, True)
    assert "restart Windows (shutdown.exe /r /t 0 in a terminal of Windows)" in result["msg"]


def test_from_inside_nothing_is_told_where_no_restart_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reboot, "is_inside", lambda _connection: True)
    result = run_action(reboot.ActionModule, {"policy": "when_required", "required": False}, [])
    assert result["awaiting_reboot"] is False and "msg" not in result
