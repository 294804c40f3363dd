# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress meter of curl 8: two lines of headings, then one line that is written over itself once a second.

It goes to stderr, whatever that is, where the file goes to disk. A size has at most five characters and counts in 1024;
where the server named none, what has come is the whole, and its percentage 0.
"""

from __future__ import annotations

import time
import typing as t

HEADINGS = (
    b"  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\r\n"
    b"                                 Dload  Upload   Total   Spent    Left  Speed\r\n"
)
_KIB = 1024
_UNITS = "kMGTP"
_LONGEST_HOURS = 100


class Meter:
    """Of one transfer. WRITE puts bytes on stderr; CLOCK is in seconds."""

    def __init__(
        self, write: t.Callable[[bytes], None], total: int | None, clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        self._write, self._total, self._clock = write, total, clock
        self._began = clock()
        self._written = self._began
        write(HEADINGS)
        self._line(0)

    def at(self, received: int) -> None:
        """So many bytes have come; written down once a second."""
        if self._clock() - self._written >= 1:
            self._written = self._clock()
            self._line(received)

    def end(self, received: int) -> None:
        """The transfer is over, well or badly."""
        self._line(received)
        self._write(b"\r\n")

    def _line(self, received: int) -> None:
        spent = self._clock() - self._began
        speed = int(received / spent) if spent > 0 else 0
        whole = self._total
        percent = received * 100 // whole if whole else 0
        left = (whole - received) / speed if whole and speed else 0
        total = duration(spent + left) if whole and speed else duration(0)
        line = (
            f"\r{100 if whole is None and received else percent:>3} {size(received if whole is None else whole)} "
            f" {percent:>3} {size(received)}    0     0  {size(speed)}      0 {total} {duration(spent)}"
            f" {duration(left)} {size(speed)}"
        )
        self._write(line.encode())


def size(number: int) -> str:
    """NUMBER of bytes in five characters."""
    if number < 100000:
        return f"{number:>5}"
    power, value = 0, float(number)
    while value >= 10000 or power == 0:
        power, value = power + 1, value / _KIB
    unit = _UNITS[power - 1]
    if value < _KIB and power > 1 and value < 100:
        return f"{int(value * 10) / 10:>4.1f}{unit}"
    return f"{int(value):>4}{unit}"


def duration(seconds: float) -> str:
    """SECONDS in eight characters; a dash for each digit where there is nothing to say."""
    whole = int(seconds)
    hours = whole // 3600
    if whole <= 0 or hours >= _LONGEST_HOURS:
        return "--:--:--"
    return f"{hours:>2}:{whole // 60 % 60:02}:{whole % 60:02}"
