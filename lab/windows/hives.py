# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""User hives: a user's part of the registry is visible below HKU only while it is loaded.

Windows loads it with a session, a task or a service of that user, so on a fleet at night most are not there. A WinRM
logon loads that of the connecting account. The lab keeps every hive in place and hides the ones that are not loaded
from programs (reg.exe), so that WSL's model and tests can reach them at any time.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from lab.laptop import Laptop, User


def load_hive(laptop: Laptop, user: User) -> None:
    """Load the hive of USER; nothing happens when it is loaded."""
    if user.hive_loaded:
        return
    laptop.registry.create(f"HKU\\{user.sid}")
    laptop.registry.create(f"HKU\\{user.sid}_Classes")
    user.hive_loaded = True
    laptop.save()


def unload_hive(laptop: Laptop, user: User) -> None:
    """Unload the hive of USER, who is logged off by that; nothing happens when it is not loaded."""
    if not user.hive_loaded:
        return
    laptop.registry.delete(f"HKU\\{user.sid}\\Volatile Environment")
    laptop.registry.delete(f"HKU\\{user.sid}_Classes")
    user.hive_loaded = False
    user.logged_on = False
    laptop.save()


def is_visible(laptop: Laptop, key: str) -> bool:
    """False for a KEY (``HKU\\<sid>\\...``) in a user's hive that is not loaded."""
    parts = key.lower().split("\\")
    if parts[0] != "hku" or len(parts) < 2:
        return True
    unloaded = [user.sid.lower() for user in laptop.state.users if not user.hive_loaded]
    return parts[1].removesuffix("_classes") not in unloaded
