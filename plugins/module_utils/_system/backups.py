# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Where the old content of a file goes, so that apt does not read it."""

from __future__ import annotations

import os
import time

BACKUP_ROOT = "/var/lib/wslfleet/backup"


def stamp() -> str:
    """Date and time (UTC) for names of backups: ``20260131T235959``."""
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime())


def backup_name(path: str, when: str) -> str:
    """The name of a backup beside PATH. apt silently ignores ``*.bak`` in every folder that it reads."""
    return f"{path}.wslfleet-{when}.bak"


def free_name(path: str) -> str:
    """PATH, or PATH with a number when something has that name already."""
    name, number = path, 1
    while os.path.lexists(name):
        number += 1
        name = f"{path}.{number}"
    return name
