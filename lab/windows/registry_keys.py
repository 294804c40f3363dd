# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry key names as programs write them, where they stand in the lab's registry, and who may use them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.machine.process import NotModelled
from lab.machine.state import User

_LONG_ROOTS = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKU": "HKEY_USERS",
    "HKCR": "HKEY_CLASSES_ROOT",
}
_SHORT_ROOTS = {long: short for short, long in _LONG_ROOTS.items()}

_SYSTEM_ONLY = re.compile(r"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\\{[^\\]*\}\\Properties.*", re.IGNORECASE)


@dataclass(frozen=True)
class KeyName:
    """One key: as shown (``HKEY_CURRENT_USER\\...``) and where it is stored (``HKU\\<sid>\\...``)."""

    shown: str
    stored: str
    root_with_backslash: bool = False
    """It was written ``HKLM\\``, which reads and does not write."""

    def child(self, name: str) -> KeyName:
        """The key NAME below this one."""
        return KeyName(f"{self.shown}\\{name}", f"{self.stored}\\{name}")


def key_name(text: str, user: User) -> KeyName | None:
    """The key that TEXT names for USER; None when its root is unknown, or too many backslashes stand around it."""
    root, backslash, rest = text.removesuffix("\\").partition("\\")
    if root.upper() in ("HKCC", "HKEY_CURRENT_CONFIG"):
        raise NotModelled(f"the registry key {text}")
    short = root.upper() if root.upper() in _LONG_ROOTS else _SHORT_ROOTS.get(root.upper())
    if short is None or rest.endswith("\\") or (backslash and not rest):
        return None
    if "\\\\" in rest:
        raise NotModelled(f"two backslashes inside the registry key {text}")
    stored_root = {"HKCU": f"HKU\\{user.sid}", "HKCR": "HKLM\\SOFTWARE\\Classes"}.get(short, short)
    tail = f"\\{rest}" if rest else ""
    return KeyName(_LONG_ROOTS[short] + tail, stored_root + tail, not rest and text.endswith("\\"))


def may_read(user: User, stored: str) -> bool:
    """An administrator (elevated in a WinRM session) reads every loaded hive, others only their own.

    The ``Properties`` of a device class are closed to everybody but the system. That ``reg query HKU\\S-1-5-19`` needs
    elevation is the well-known probe for it.
    """
    if _SYSTEM_ONLY.fullmatch(stored):
        return False
    sid = _hive(stored)
    return user.admin or sid is None or sid.removesuffix("_Classes") in (user.sid, ".DEFAULT")


def may_write(user: User, stored: str) -> bool:
    """Others than administrators write only to their own hive, and not to its policies."""
    sid = _hive(stored)
    own = sid is not None and sid.removesuffix("_Classes") == user.sid
    return user.admin or (own and "\\software\\policies" not in stored.lower())


def _hive(stored: str) -> str | None:
    parts = stored.split("\\")
    return parts[1] if parts[0].upper() == "HKU" and len(parts) > 1 else None
