# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The progress of sending a file of the controller to the stdin of a command. Pure, apart from the file.

It counts what was read, because nothing is received during sending.
"""

from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Readable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import Meter

_NAME = 60
"""Most characters of the file's name in a message."""
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class SentFile:
    """STREAM, a standard input with the file SOURCE in it, and its meter."""

    def __init__(self, source: Path, stream: Readable, then: Meter | None = None) -> None:
        """THEN is the meter for the time after sending."""
        self._name = clean(source.name.replace("%", ""), _NAME)
        self._size = source.stat().st_size if source.is_file() else 0
        self._stream, self._then = stream, then
        self._sent = 0

    def read(self, size: int) -> bytes:
        """See ``Readable``."""
        data = self._stream.read(size)
        self._sent += len(data)
        return data

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        """See ``Meter.hear``."""
        if self._then is not None:
            self._then.hear(stdout, stderr)

    def text(self, seconds: float) -> str:
        """See ``Meter.text``."""
        if self._then is not None and self._sent >= self._size:
            return self._then.text(seconds)
        sent = min(self._sent, self._size)
        return f"send {100 * sent // max(self._size, 1)}%: {self._name}, {in_units(sent)} of {in_units(self._size)}"


def in_units(number: int) -> str:
    """NUMBER of bytes as people read it."""
    value, unit = float(number), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{number} bytes"
