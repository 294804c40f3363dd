# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Stanzas of fields, as dpkg and apt write them: deb822(5)."""

from __future__ import annotations

import re
import typing as t


def parse_stanzas(text: str) -> t.List[t.Dict[str, str]]:
    """The stanzas of a deb822 TEXT (status file, Packages, apt-cache show) that have a field."""
    found = (fields(block) for block in re.split(r"\n(?:[ \t\r]*\n)+", text.strip("\n")))
    return [stanza for stanza in found if stanza]


def fields(stanza: str) -> t.Dict[str, str]:
    """Field name as written -> value, for one STANZA. Line breaks join the lines of a value; comments are left out."""
    found: t.Dict[str, str] = {}
    name = ""
    for line in stanza.split("\n"):
        if line[:1] in (" ", "\t"):
            if name:
                found[name] += "\n" + line[1:]
        elif ":" in line and line[0] != "#":
            name, value = line.split(":", 1)
            found[name] = value.strip()
    return found
