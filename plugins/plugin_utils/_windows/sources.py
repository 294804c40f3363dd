# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The kind of a file's source, from the way it is written. Pure."""

from __future__ import annotations

import re

URL = "url"
"""An address that the host fetches."""
SHARE = "share"
"""A path on another computer, which the host can reach only with credentials that WinRM rarely passes on."""
HOST = "host"
"""A path on the host itself."""
CONTROLLER = "controller"
"""A path on the controller; it is sent over the connection."""

_HOST_PATH = re.compile(r"[A-Za-z]:[\\/]")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}\Z")


def kind(source: str) -> str:
    """URL, SHARE, HOST or CONTROLLER."""
    if is_url(source):
        return URL
    if source.startswith(("\\\\", "//")):
        return SHARE
    return HOST if is_host_path(source) else CONTROLLER


def is_url(source: str) -> bool:
    """Whether SOURCE is an address that the host fetches."""
    return source.lower().startswith(("https://", "http://"))


def is_host_path(path: str) -> bool:
    """Whether PATH is absolute on a drive of the host."""
    return _HOST_PATH.match(path) is not None


def is_sha256(text: str) -> bool:
    """Whether TEXT can be a SHA-256."""
    return _SHA256.match(text) is not None


def is_virtual_disk(source: str) -> bool:
    """Whether SOURCE is a virtual disk (.vhdx, .vhd) and not an archive; without the query of an address."""
    return source.partition("?")[0].lower().endswith((".vhdx", ".vhd"))
