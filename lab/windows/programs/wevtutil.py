# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``wevtutil qe System`` for the newest event 12 of Kernel-General: the operating system started."""

from __future__ import annotations

import datetime
import re

from lab.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, out
from lab.windows.version import build_number

_BOOT_QUERY = re.compile(
    r"\*\[System\[Provider\[@Name='Microsoft-Windows-Kernel-General'\]and\(?EventID=12\)?\]\]", re.IGNORECASE
)
RECORDS_PER_BOOT = 137
"""How far event record numbers move on from one boot to the next."""


@program("wevtutil")
def main(process: Process) -> int:
    """Print the event as XML on one line. It is not localised."""
    words = arguments_of(process)
    if len(words) < 2 or words[0].lower() not in ("qe", "query-events") or words[1].lower() != "system":
        raise NotModelled(process.command_line)
    options = {name.lower(): value for name, _, value in (word.lstrip("/").partition(":") for word in words[2:])}
    expected = {"c": "1", "rd": "true", "f": "xml"}
    if {key: value.lower() for key, value in options.items() if key != "q"} != expected:
        raise NotModelled(f"{process.command_line} (only /c:1 /rd:true /f:xml)")
    if not _BOOT_QUERY.fullmatch(re.sub(r"\s+", "", options.get("q", "")).replace('"', "'")):
        raise NotModelled(f"wevtutil query {options.get('q')}")
    out(process, _event(process))
    return 0


def _event(process: Process) -> str:
    state = process.laptop.state
    time = datetime.datetime.fromtimestamp(state.boot_time, tz=datetime.timezone.utc)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        "<Provider Name='Microsoft-Windows-Kernel-General' Guid='{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}'/>"
        "<EventID>12</EventID><Version>1</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>"
        f"<Keywords>0x8000000000000080</Keywords><TimeCreated SystemTime='{stamp}'/>"
        f"<EventRecordID>{1000 + state.boot_id * RECORDS_PER_BOOT}</EventRecordID><Correlation/>"
        "<Execution ProcessID='4' ThreadID='8'/><Channel>System</Channel>"
        f"<Computer>{state.computer_name}</Computer><Security UserID='S-1-5-18'/></System><EventData>"
        "<Data Name='MajorVersion'>10</Data><Data Name='MinorVersion'>0</Data>"
        f"<Data Name='BuildVersion'>{build_number(process.laptop)}</Data><Data Name='QfeVersion'>1</Data>"
        "<Data Name='ServiceVersion'>0</Data><Data Name='BootMode'>0</Data>"
        f"<Data Name='StartTime'>{stamp}</Data></EventData></Event>"
    )
