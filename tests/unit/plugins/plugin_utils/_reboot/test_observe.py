# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from datetime import datetime

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import observe
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot.policy import Circumstances, Conditions, window
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import Scope, parse

from tests.unit.host_answers import BATCH, SID, HostAnswers, fresh, reg
from tests.unit.scripted_runner import ScriptedRunner

NOON = datetime(2026, 11, 22, 12)
ZONE = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation"
ALL = Conditions(window("22:00-05:00"), True, True)


@pytest.mark.parametrize(("bias", "hour"), [("0xffffffc4", 13), ("0x0", 12), ("0x12c", 7)])
def test_local_time(bias: str, hour: int) -> None:
    registry = parse(reg(ZONE, ("ActiveTimeBias", "REG_DWORD", bias)), Scope(keys.TIME_ZONE))
    found = observe.local_time(registry, NOON)
    assert found is not None
    assert (found.hour, found.minute) == (hour, 0)


def host(report: bytes) -> HostAnswers:
    answers = fresh()
    answers[q.time_zone()["time_zone"]] = reg(ZONE, ("ActiveTimeBias", "REG_DWORD", "0xffffffc4"))
    answers[q.power()["batteries"]] = b"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Enum\\ACPI\\PNP0C0A\\1\r\n"
    answers[q.battery_report()["battery_report"]] = report
    return answers


REPORT = (
    b"\xef\xbb\xbf<BatteryReport><Batteries><Battery><FullChargeCapacity>50000</FullChargeCapacity></Battery></Batteries>"
    b'<RecentUsage><UsageEntry Ac="1" ChargeCapacity="50000"/><UsageEntry Ac="0" EntryType="ReportGenerated"'
    b' ChargeCapacity="25000"/></RecentUsage></BatteryReport>'
)


def test_everything_in_two_commands() -> None:
    sessions = HostAnswers()
    session = f"HKEY_USERS\\{SID}\\Volatile Environment"
    sessions[q.session_of(SID)[f"session_{SID}"]] = reg(session) + f"{session}\\1\r\n".encode()
    with ScriptedRunner([(BATCH, host(REPORT)), (BATCH, sessions)]) as runner:
        found = observe.observe(runner, ALL, NOON)
    assert found == Circumstances(datetime(2026, 11, 22, 13), True, True, ("Jörg",))


def test_only_what_is_asked_for() -> None:
    with ScriptedRunner([(BATCH, host(REPORT))]) as runner:
        found = observe.observe(runner, Conditions(window("22:00-05:00")), NOON)
        assert "batteryreport" not in runner.calls[0][0]
    assert (found.battery, found.on_battery, found.logged_on) == (None, None, ())


def test_a_host_that_tells_nothing() -> None:
    with ScriptedRunner([(BATCH, HostAnswers())]) as runner:
        found = observe.observe(runner, ALL, NOON)
    assert found == Circumstances(None, False, None, None)
