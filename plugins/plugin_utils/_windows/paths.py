# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether a path can be used in a command line on Windows: checked with the options, not during a run. Pure.

Sources: "Naming Files, Paths, and Namespaces" (Microsoft): reserved characters, names that end with a dot or a blank,
MAX_PATH. For the limits of ``cmd.exe`` see ``_port.cmd_line``.
"""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import sources

MAXIMUM = 240
"""Most characters: MAX_PATH is 260, and the name of the virtual disk follows the folder."""
_FULL = re.compile(r"[A-Za-z]:\\")
_SHARE = re.compile(r"\\\\[^\\/%\"<>|?*:\x00-\x20]+\\[^\\/%\"<>|?*:\x00-\x1f]+\\(.+)\Z", re.DOTALL)
_NOT_IN_ADDRESS = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]')
"""RFC 3986: such characters are written with a per cent sign."""
_RESERVED = re.compile(r'[<>"|?*:]')


def problem(path: str) -> str:
    """Why PATH is not a full local path on Windows, to be shown after the name of its option; empty if it is one."""
    if not _FULL.match(path):
        return r"must be a full path with a drive and backslashes, as in C:\images\cuda.tar"
    if any(ord(character) < 32 or ord(character) == 127 for character in path):
        return "contains a control character, which is not allowed in paths on Windows"
    if "%" in path:
        return "contains %, which cmd.exe would replace: choose a path without it"
    rest = path[3:]
    reserved = _RESERVED.search(rest)
    if reserved:
        return f"contains {reserved.group()}, which is not allowed in paths on Windows"
    if "/" in rest:
        return "contains /: write backslashes"
    if not rest or rest.endswith("\\"):
        return "ends with a backslash: write the folder or the file without it"
    if any(part in ("", ".", "..") or part != part.rstrip(". ") for part in rest.split("\\")):
        return "contains a part that is empty, or that ends with a dot or a blank, which Windows drops"
    if len(path) > MAXIMUM:
        return f"has {len(path)} characters: {MAXIMUM} at most"
    return ""


def source_problem(source: str) -> str:
    """Why SOURCE cannot be the source of a file: an address, a share, a path on Windows; empty if it can.

    A path on the controller is not checked here.
    """
    kind = sources.kind(source)
    if kind == sources.HOST:
        return problem(source)
    if kind == sources.SHARE:
        match = _SHARE.match(source)
        if match is None:
            return r"must be a path on a share, as in \\server\share\cuda.tar"
        return problem(f"C:\\{match.group(1)}")
    unsayable = _NOT_IN_ADDRESS.search(source) if kind == sources.URL else None
    if unsayable:
        sign = unsayable.group()
        return f"contains {sign!r}, which is not allowed in addresses: write it as %{ord(sign):02X}"
    return ""
