# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``wevtutil qe LOG /c:N /rd:true /f:xml /q:QUERY``: the newest events by number, and by provider."""

from __future__ import annotations

import re

from lab.machine.process import NotModelled, Process, program
from lab.windows import events
from lab.windows.program_io import arguments_of, err, localised, out

_BY_PROVIDER = re.compile(r"\*\[System\[Provider\[@Name='([^']+)'\]and\(?EventID=(\d+)\)?\]\]", re.IGNORECASE)
_BY_NUMBER = re.compile(r"\*\[System\[\(?EventID=(\d+)\)?\]\]", re.IGNORECASE)
ACCESS_DENIED = 5


@program("wevtutil")
def main(process: Process) -> int:
    """Print the events as XML, one a line. They are not localised; none is no error."""
    words = arguments_of(process)
    if len(words) < 2 or words[0].lower() not in ("qe", "query-events"):
        raise NotModelled(process.command_line)
    if words[1].lower() not in (log.lower() for log in events.LOGS):
        raise NotModelled(f"the event log {words[1]}")
    options = {name.lower(): value for name, _, value in (word.lstrip("/").partition(":") for word in words[2:])}
    count = options.pop("c", "")
    query = options.pop("q", "")
    if not re.fullmatch("[0-9]+", count) or {key: value.lower() for key, value in options.items()} != {
        "rd": "true",
        "f": "xml",
    }:
        raise NotModelled(f"{process.command_line} (only /c:N /rd:true /f:xml)")
    provider, number = _asked(query)
    if not process.user.admin and words[1].lower() != events.SYSTEM.lower():
        err(process, localised(process, "access_denied"))
        return ACCESS_DENIED
    for event in events.newest(process.laptop, words[1], provider, number, int(count)):
        out(process, event)
    return 0


def _asked(query: str) -> tuple[str | None, int]:
    """Provider and number of the events that QUERY is about."""
    plain = re.sub(r"\s+", "", query).replace('"', "'")
    match = _BY_PROVIDER.fullmatch(plain)
    if match:
        return match.group(1), int(match.group(2))
    match = _BY_NUMBER.fullmatch(plain)
    if match:
        return None, int(match.group(1))
    raise NotModelled(f"wevtutil query {query}")
