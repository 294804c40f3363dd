# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The values that a setting of WSL may have: numbers, sizes, addresses, words."""

from __future__ import annotations

import re
import typing as t

_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}


Check = t.Callable[[str], t.Optional[str]]


def _matches(expression: str) -> Check:
    pattern = re.compile(expression)
    return lambda text: text if pattern.match(text) else None


def _number(text: str, lowest: int) -> str | None:
    """A decimal, hexadecimal or octal integer of at least LOWEST, in decimal."""
    if not re.match(r"-?[0-9]+\Z|0[xX][0-9a-fA-F]+\Z", text):
        return None
    octal = re.match(r"0[0-7]+\Z", text)
    number = int(text, 8) if octal else int(text, 0) if text[:2].lower() == "0x" else int(text)
    return str(number) if number >= lowest else None


KINDS: t.Dict[str, t.Tuple[Check, str]] = {
    "bool": (lambda text: _BOOLEANS.get(text.lower()), "true or false"),
    "count": (lambda text: _number(text, 1), "a whole number of 1 or more"),
    "number": (lambda text: _number(text, -1), "a whole number, -1 or more"),
    "milliseconds": (lambda text: _number(text, -1), "a time in milliseconds (-1 is for ever)"),
    "size": (
        _matches(r"(0|[0-9]+(?:B|KB?|MB?|GB?|TB?))\Z"),
        "a size such as 16GB: a whole number and B, KB, MB, GB or TB in capitals, or 0",
    ),
    "path": (_matches(r"[A-Za-z]:[\\/]|%"), "a path on Windows such as C:\\x"),
    "linux_path": (_matches("/"), "a path in the distribution such as /mnt/"),
    "text": (lambda text: text, "a text"),
    "mac": (_matches(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\Z"), "a MAC address such as 5c:bb:f6:9e:ee:fa"),
    "address": (_matches(r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!\Z)|\Z)){4}"), "an IPv4 address"),
    "ports": (_matches(r"[0-9]{1,5}(?:,[0-9]{1,5})*\Z"), "a list of ports such as 3000,9000"),
    "octal": (_matches(r"[0-7]{3,4}\Z"), "an octal mask in quotes, such as '0022'"),
    "user": (_matches(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\Z"), "a Linux user"),
    "host": (
        _matches(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}\Z"),
        "a host name of letters, digits, dots and hyphens, at most 64",
    ),
}
"""Kind -> what checks it and returns the text to write, and what it is in words."""
