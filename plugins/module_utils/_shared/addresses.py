# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Addresses that can be shown: without user name, password and query, which may contain a token. Pure.

The controller and the distribution both use this file. Nothing else removes credentials from text.
"""

from __future__ import annotations

import re
import typing as t
import urllib.parse

_USER = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)"
    # Up to the last @ before the path; or, if a colon is not followed by a port, a password that contains a slash.
    r"""(?:[^\s/?#"'<>]*@|[^\s/:?#@"'<>]*:(?!\d*(?:[/?#\s"'<>]|$))[^\s"'<>]*@)""",
    re.IGNORECASE,
)
_QUERY = re.compile(r"""(?P<address>\bhttps?://[^\s?#"'<>]*\?)[^\s"'<>]+""", re.IGNORECASE)


def split(address: str) -> urllib.parse.SplitResult:
    """The parts of ADDRESS, which is not trusted. Something that is not an address, such as ``http://[x``, is the
    path."""
    try:
        return urllib.parse.urlsplit(address)
    except ValueError:
        return urllib.parse.SplitResult("", "", address, "", "")


def masked(text: str) -> str:
    """TEXT without the credentials and queries of the addresses in it."""
    if "://" not in text:
        return text
    return _QUERY.sub(r"\g<address>***", _USER.sub(r"\g<scheme>", text))


def masked_result(value: t.Any) -> t.Any:
    """VALUE of a result (plain JSON data) with every text in it masked."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: masked_result(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_result(part) for part in value]
    return value


def holds_credentials(address: str) -> bool:
    """Whether ADDRESS contains something that must not be shown."""
    return masked(address) != address


def exposed(name: str, address: str | None, sha256: str | None) -> str:
    """Why the file that option NAME names must not be fetched from ADDRESS; empty if it may.

    Anybody on the way can change what http transfers, so the digest of the file must be known.
    """
    if address is None or sha256 or not address.lower().startswith("http://"):
        return ""
    return (
        f"{name} {masked(address)} is an http address, whose content anybody on the way can change: use https, or give"
        " its SHA-256"
    )
