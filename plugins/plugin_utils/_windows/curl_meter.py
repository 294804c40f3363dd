# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The progress of a download by curl.exe, from the meter that it prints on stderr. Pure.

curl prints its meter if the file is written to disk, on any kind of stderr, once a second after a carriage return:
percent and bytes of the whole, percent and bytes received, then sent, speeds and times, whose columns differ between
versions. It is not translated. Sizes have at most five characters, k, M and so on of 1024. If the server sends no size,
the bytes received are also shown as the whole, and the percentage received is 0.

Source: curl's manual page (PROGRESS METER) and everything.curl.dev.
"""

from __future__ import annotations

import re
import urllib.parse

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean

_SIZE = rb"(\d{1,5}|\d{1,4}[kMGTP]|\d{1,3}\.\d[kMGTP])"
_METER = re.compile(rb"[\r\n] {0,2}(\d{1,3}) +" + _SIZE + rb" +(\d{1,3}) +" + _SIZE + rb" +\d{1,3} +\d")
_RESUMES = re.compile(rb"Resuming transfer from byte position [1-9]")
_KEPT_BYTES = 1024
"""Of the output: more than two lines of the meter."""
_NAME = 60
"""Most characters of a file's name."""


class CurlMeter:
    """The meter of the download of one file."""

    def __init__(self, url: str) -> None:
        self._name = name_in(url)
        self._kept = b"\n"
        self._rest = ""

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        """See ``Meter.hear``."""
        del stdout
        self._kept = (self._kept + stderr)[-_KEPT_BYTES:]
        if _RESUMES.search(self._kept):
            self._rest = "the rest of "

    def text(self, seconds: float) -> str:
        """See ``Meter.text``."""
        del seconds
        found = list(_METER.finditer(self._kept))
        if not found:
            return ""
        _all, total, percent, received = found[-1].groups()
        if int(percent) > 100:
            return ""
        if int(percent) == 0 and total in (b"0", received):
            return f"download: {self._rest}{self._name}, {_size(received)}"
        return f"download {int(percent)}%: {self._rest}{self._name}, {_size(received)} of {_size(total)}"


def name_in(url: str) -> str:
    """The file name at the end of URL, for people: without query, password and per cent codes."""
    path = urllib.parse.unquote(url.partition("?")[0].partition("#")[0].partition("://")[2])
    name = clean(path.rpartition("/")[2].replace("%", ""), _NAME) if "/" in path else ""
    return name or "a file"


def _size(figure: bytes) -> str:
    text = figure.decode("ascii")
    return f"{text[:-1]} {text[-1].upper()}iB" if text[-1].isalpha() else f"{text} bytes"
