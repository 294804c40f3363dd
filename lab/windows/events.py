# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event logs of a laptop: what wevtutil reads. Boots are not stored, they come from the boot's number and time."""

from __future__ import annotations

import datetime
import time
import typing as t
from xml.sax.saxutils import escape

from lab.machine.machine import Machine
from lab.windows.version import build_number

SYSTEM = "System"
CODE_INTEGRITY = "Microsoft-Windows-CodeIntegrity/Operational"
APPLOCKER = "Microsoft-Windows-AppLocker/EXE and DLL"
LOGS = (SYSTEM, CODE_INTEGRITY, APPLOCKER)

KERNEL_GENERAL = "Microsoft-Windows-Kernel-General"
HYPERVISOR = "Microsoft-Windows-Hyper-V-Hypervisor"
OPERATING_SYSTEM_STARTED = 12
HYPERVISOR_LAUNCH_FAILED = 41
BLOCKED_BY_APP_CONTROL = 3077
BLOCKED_BY_APPLOCKER = 8004

RECORDS_PER_BOOT = 137
"""How far event record numbers move on from one boot to the next."""


def add(laptop: Machine, log: str, provider: str, number: int, data: dict[str, str]) -> None:
    """Write event NUMBER of PROVIDER into LOG; the caller saves the state."""
    events = laptop.state.events
    record = _boot_record(laptop) + 1 + sum(entry["boot"] == laptop.state.boot_id for entry in events)
    events.append(
        {
            "log": log,
            "provider": provider,
            "number": number,
            "data": data,
            "time": time.time(),
            "record": record,
            "boot": laptop.state.boot_id,
        }
    )


def newest(laptop: Machine, log: str, provider: str | None, number: int, count: int) -> list[str]:
    """At most COUNT events NUMBER of LOG (of PROVIDER, when it is named), newest first, as XML."""
    found = [
        entry
        for entry in [*laptop.state.events, _boot_event(laptop)]
        if (entry["log"].lower(), entry["number"]) == (log.lower(), number)
        and (provider is None or entry["provider"].lower() == provider.lower())
    ]
    return [_xml(laptop, entry) for entry in sorted(found, key=lambda entry: -int(entry["record"]))[:count]]


def _boot_record(laptop: Machine) -> int:
    return 1000 + laptop.state.boot_id * RECORDS_PER_BOOT


def _boot_event(laptop: Machine) -> dict[str, t.Any]:
    data = {
        "MajorVersion": "10",
        "MinorVersion": "0",
        "BuildVersion": str(build_number(laptop)),
        "QfeVersion": "1",
        "ServiceVersion": "0",
        "BootMode": "0",
        "StartTime": _stamp(laptop.state.boot_time),
    }
    return {
        "log": SYSTEM,
        "provider": KERNEL_GENERAL,
        "number": OPERATING_SYSTEM_STARTED,
        "data": data,
        "time": laptop.state.boot_time,
        "record": _boot_record(laptop),
    }


def _stamp(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _xml(laptop: Machine, entry: dict[str, t.Any]) -> str:
    data = "".join(f"<Data Name='{name}'>{escape(text)}</Data>" for name, text in entry["data"].items())
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='{entry['provider']}' Guid='{{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}}'/>"
        f"<EventID>{entry['number']}</EventID><Version>1</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>"
        f"<Keywords>0x8000000000000080</Keywords><TimeCreated SystemTime='{_stamp(entry['time'])}'/>"
        f"<EventRecordID>{entry['record']}</EventRecordID><Correlation/>"
        f"<Execution ProcessID='4' ThreadID='8'/><Channel>{escape(entry['log'])}</Channel>"
        f"<Computer>{laptop.state.computer_name}</Computer><Security UserID='S-1-5-18'/></System>"
        f"<EventData>{data}</EventData></Event>"
    )
