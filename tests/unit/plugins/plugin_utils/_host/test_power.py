# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.power import Power, power, sleep_seconds, with_report
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import BatchPart
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

GERMAN = (
    b"GUID des Energieschemas: 381b4222-f694-41f0-9685-ff5bb260df2e\r\n"
    b"  Minimal m\xc3\xb6gliche Einstellung: 0x00000000\r\n  Maximal: 0xffffffff\r\n"
    b"    Index der aktuellen Wechselstromeinstellung: 0x00000708\r\n"
    b"    Index der aktuellen Gleichstromeinstellung: 0x00000384\r\n\r\n"
)


def test_sleep_in_any_language() -> None:
    assert sleep_seconds(GERMAN) == (1800, 900)
    assert sleep_seconds(b"nothing") == (None, None)


def test_what_failed_is_not_known() -> None:
    assert power(Reads({"sleep": BatchPart(1, GERMAN)})) == Power()
    assert power(Reads({"sleep": BatchPart(0, GERMAN), "batteries": BatchPart(1, b"")})) == Power(
        False, None, None, 1800, 900
    )


def report(entries: str, full: str = "<FullChargeCapacity>50000</FullChargeCapacity>") -> Reads:
    text = f"<BatteryReport><Batteries><Battery>{full}</Battery></Batteries><RecentUsage>{entries}</RecentUsage>"
    return Reads({"battery_report": BatchPart(0, text.encode())})


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        (Reads(), Power(battery=True)),
        (
            report('<UsageEntry Ac="0"/><UsageEntry Ac="1" ChargeCapacity="50500"/>'),
            Power(True, False, 100),
        ),
        (report('<UsageEntry Ac="1"/><UsageEntry Ac="0" ChargeCapacity="12500"/>'), Power(True, True, 25)),
        (report('<UsageEntry Ac="0" ChargeCapacity=""/>'), Power(True, True, None)),
        (report(""), Power(True)),
        (report("", full=""), Power(False, False)),
    ],
)
def test_the_last_entry_of_the_report_is_now(reads: Reads, expected: Power) -> None:
    assert with_report(Power(battery=True), reads) == expected
