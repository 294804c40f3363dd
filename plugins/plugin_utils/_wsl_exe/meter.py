# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The progress of wsl.exe, from its output. Pure.

The output is translated, so only a percentage is read. Current versions print one only to a console, which does not
exist in a remote logon: then only the time is shown.
"""

from __future__ import annotations

import re

_PERCENT = re.compile(rb"(?<![\d.,])(\d{1,3})(?:[.,]\d{1,2})? ?%")
_KEPT_BYTES = 512


class WslMeter:
    """The meter of one command that does WHAT, in the words of steps."""

    def __init__(self, what: str) -> None:
        self._what = what.replace("%", "")
        self._kept = b""

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        """See ``Meter.hear``. UTF-16 has a zero byte after each digit; without these it reads like UTF-8."""
        self._kept = (self._kept + (stdout + stderr).replace(b"\0", b""))[-_KEPT_BYTES:]

    def text(self, seconds: float) -> str:
        """See ``Meter.text``."""
        found = [int(percent) for percent in _PERCENT.findall(self._kept) if int(percent) <= 100]
        if found:
            return f"{found[-1]}%: {self._what}"
        minutes = int(seconds // 60)
        return f"{self._what}, for {minutes} min so far" if minutes else self._what
