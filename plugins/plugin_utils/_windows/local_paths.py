# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Folders whose names come from users: which of them are searched, and why others are not.

The owner of a profile or a distribution decides the name of its folder. A folder on another computer would make the
host log on there; a name that cmd.exe cannot take would fail the command for all users.
"""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError, cmd_line

_LOCAL = re.compile(r"[A-Za-z]:\\[^*?/]*[^*?/\\]\Z")


def why_not_opened(folder: str) -> str | None:
    """Why FOLDER is not searched, as the end of a sentence; None if it is."""
    if not _LOCAL.match(folder):
        return "does not lie on a drive of this host"
    try:
        cmd_line("dir", [f"{folder}\\x"])
    except CmdLineError:
        return "has a name that cmd.exe cannot carry (a per cent sign, a quote or a control character)"
    return None
