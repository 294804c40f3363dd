# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Events of a Windows log, from the XML of ``wevtutil.exe qe … /f:xml``, which is not localised."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_EVENT = re.compile(r"<Event[ >].*?</Event>", re.DOTALL)
_RECORD = re.compile(r"<EventRecordID>(\d+)<")
_TIME = re.compile(r"SystemTime=['\"]([^'\"]+)['\"]")
_WSL_PATH = re.compile(r"[^<>'\"]*\\wsl\.exe(?=[<'\"])", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """One event."""

    record: int
    """Its number in its log; later events have higher ones."""
    time: str
    """UTC, ISO 8601, as in the log."""
    xml: str


def events(output: bytes) -> list[Event]:
    """The events in OUTPUT, in the same order; other text is ignored."""
    found = []
    for match in _EVENT.finditer(output.decode("utf-8", "replace")):
        record, time = _RECORD.search(match.group()), _TIME.search(match.group())
        if record and time:
            found.append(Event(int(record.group(1)), time.group(1), match.group()))
    return found


def blocked_wsl(*outputs: bytes) -> list[str]:
    """``PATH at TIME`` for each event in OUTPUTS that names a wsl.exe, newest first within each output."""
    found = []
    for event in (event for output in outputs for event in events(output)):
        path = _WSL_PATH.search(event.xml)
        if path:
            found.append(f"{html.unescape(path.group())} at {event.time[:19]}Z")
    return found
