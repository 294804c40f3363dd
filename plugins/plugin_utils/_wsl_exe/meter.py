# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How far wsl.exe is, by what it prints while it works. Pure.

What it says is translated, so only a percentage is read of it. Current versions print none unless they write to a
console, which nobody has who is connected from elsewhere: then there is only the time to tell.
"""

from __future__ import annotations

import re

_PERCENT = re.compile(rb"(?<![\d.,])(\d{1,3})(?:[.,]\d{1,2})? ?%")
_KEPT_BYTES = 512


class WslMeter:
    """Of one command that does WHAT, as steps are named."""

    def __init__(self, what: str) -> None:
        self._what = what.replace("%", "")
        self._kept = b""

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        """See ``Meter.hear``. In UTF-16 a zero byte stands behind each digit; without these it reads as UTF-8 does."""
        self._kept = (self._kept + (stdout + stderr).replace(b"\0", b""))[-_KEPT_BYTES:]

    def text(self, seconds: float) -> str:
        """See ``Meter.text``."""
        found = [int(percent) for percent in _PERCENT.findall(self._kept) if int(percent) <= 100]
        if found:
            return f"{found[-1]}%: {self._what}"
        minutes = int(seconds // 60)
        return f"{self._what}, for {minutes} min so far" if minutes else self._what
