# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What the guard does before apt unpacks packages: the check of plans, on the files themselves.

guard.py writes this file and those that it imports into one script, so they only import the standard library. It costs
a start of Python (about 20 ms) and 0.2 ms for each package.

Names are checked first, because that costs nothing; the files are only read if no name is a driver's. A file that
cannot be read is let through: apt and dpkg report better what is wrong with it, and a guard that fails must not stop a
repair.
"""

from __future__ import annotations

import sys
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.deb_file import DebError, read
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.dependencies import provided
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia.driver_packages import why_refused

REFUSED = 10
"""The exit code for a driver. With any other apt goes on: a broken Python must not prevent its repair."""
SECONDS = 3.0
"""After that, no more data of packages without a list of files is read, however many there are."""


def unpacked(text: str) -> t.List[t.Tuple[str, str]]:
    """(package, file) of what apt is about to unpack, from TEXT in version 3 of DPkg::Pre-Install-Pkgs.

    Settings, an empty line, then one line per package: ``name old arch ma < new arch ma action``. Lines with
    **CONFIGURE** or **REMOVE** in place of a path belong to repairs.
    """
    _settings, _empty, lines = text.partition("\n\n")
    fields = [line.split(" ", 8) for line in lines.splitlines()]
    return [(words[0], words[8]) for words in fields if len(words) == 9 and words[8][:1] == "/"]


def refused(packages: t.Sequence[t.Tuple[str, str]], seconds: float = SECONDS) -> t.List[str]:
    """The drivers among PACKAGES (name, file), for a person."""
    named = [name for name, _file in packages if why_refused(name)]
    if named:
        return named
    end = time.monotonic() + seconds
    found = [(name, _why(file, time.monotonic() < end)) for name, file in packages]
    return [f"{name} ({why})" for name, why in found if why]


def _why(file: str, data: bool) -> str | None:
    try:
        deb = read(file, data)
    except DebError:
        return None
    return why_refused(deb.fields["Package"], deb.fields.get("Source", ""), provided(deb.fields), deb.files)


def main(instead: str) -> int:
    """Check the packages named on standard input. INSTEAD: what the developer should install."""
    found = refused(unpacked(sys.stdin.buffer.read().decode("utf-8", "surrogateescape")))
    if not found:
        return 0
    told = (
        f"wslfleet.cuda: refused: {', '.join(found)} - WSL gets its NVIDIA driver from Windows; a Linux driver breaks"
        f" CUDA here.\nwslfleet.cuda: install {instead} instead.\n"
    )
    sys.stderr.buffer.write(told.encode("utf-8", "backslashreplace"))
    return REFUSED
