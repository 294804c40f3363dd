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
    """The stanzas of a deb822 TEXT (status file, Packages, apt-cache show), field names as written."""
    stanzas: t.List[t.Dict[str, str]] = []
    for block in re.split(r"\n(?:[ \t\r]*\n)+", text.strip("\n")):
        stanza: t.Dict[str, str] = {}
        name = ""
        for line in block.split("\n"):
            if line[:1] in (" ", "\t"):
                if name:
                    stanza[name] += "\n" + line[1:]
            elif ":" in line:
                name, value = line.split(":", 1)
                stanza[name] = value.strip()
        if stanza:
            stanzas.append(stanza)
    return stanzas
