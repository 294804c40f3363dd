# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.events import Event, blocked_wsl, events


def event(record: int, inside: str = "") -> str:
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>12</EventID>"
        f"<TimeCreated SystemTime='2026-11-22T20:0{record}:00.1234567Z'/>"
        f"<EventRecordID>{record}</EventRecordID></System>{inside}</Event>\r\n"
    )


def test_events() -> None:
    found = events((event(2) + event(1)).encode())
    assert [(entry.record, entry.time) for entry in found] == [
        (2, "2026-11-22T20:02:00.1234567Z"),
        (1, "2026-11-22T20:01:00.1234567Z"),
    ]
    assert isinstance(found[0], Event)


def test_what_is_no_event() -> None:
    assert events(b"") == events(b"Zugriff verweigert\r\n") == events(b"<Event><System/></Event>") == []


def test_blocked_wsl() -> None:
    control = (
        "<EventData><Data Name='File Name'>\\Device\\HarddiskVolume3\\Program Files\\WSL\\wsl.exe</Data></EventData>"
    )
    locker = "<RuleAndFileData><FilePath>%PROGRAMFILES%\\A &amp; B\\WSL.EXE</FilePath></RuleAndFileData>"
    other = "<EventData><Data Name='File Name'>\\Device\\HarddiskVolume3\\tools\\notwsl.exe.txt</Data></EventData>"
    assert blocked_wsl((event(3, control) + event(2, other)).encode(), event(1, locker).encode()) == [
        "\\Device\\HarddiskVolume3\\Program Files\\WSL\\wsl.exe at 2026-11-22T20:03:00Z",
        "%PROGRAMFILES%\\A & B\\WSL.EXE at 2026-11-22T20:01:00Z",
    ]
