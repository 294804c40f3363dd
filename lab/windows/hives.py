# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""User hives: a user's part of the registry is visible below HKU only while it is loaded.

Windows loads it with a session, a task or a service of that user, so on a fleet at night most are not there. A WinRM
logon loads that of the connecting account. The lab keeps every hive in place and hides the ones that are not loaded
from programs (reg.exe), so that WSL's model and tests can reach them at any time.

The file of a hive, NTUSER.DAT, only says whose it is. A copy can be mounted elsewhere with ``reg load``: what is
mounted is a copy of the keys. A file that is loaded or mounted is open without sharing: nobody copies or deletes it.
"""

from __future__ import annotations

from lab.machine.drive import BadName
from lab.machine.machine import Machine
from lab.machine.process import NotModelled
from lab.machine.state import User


def load_hive(laptop: Machine, user: User) -> None:
    """Load the hive of USER; nothing happens when it is loaded."""
    if user.hive_loaded:
        return
    laptop.registry.create(f"HKU\\{user.sid}")
    laptop.registry.create(f"HKU\\{user.sid}_Classes")
    user.hive_loaded = True
    laptop.save()


def unload_hive(laptop: Machine, user: User) -> None:
    """Unload the hive of USER, who is logged off by that; nothing happens when it is not loaded."""
    if not user.hive_loaded:
        return
    laptop.registry.delete(f"HKU\\{user.sid}\\Volatile Environment")
    laptop.registry.delete(f"HKU\\{user.sid}_Classes")
    user.hive_loaded = False
    user.logged_on = False
    laptop.save()


HIVE_FILE = "NTUSER.DAT"
_MAGIC = b"regf"


def hive_content(user: User) -> bytes:
    """What the file of USER's hive holds."""
    return _MAGIC + user.sid.encode("ascii")


def is_open(laptop: Machine, path: str) -> bool:
    """Whether the file at PATH (absolute) is a hive that is loaded or mounted, or one of its logs."""
    name = path.lower()
    for log in (".log1", ".log2"):
        name = name.removesuffix(log)
    loaded = [f"{user.profile}\\{HIVE_FILE}".lower() for user in laptop.state.users if user.hive_loaded]
    return name in loaded or name in laptop.state.mounted_hives.values()


def mount(laptop: Machine, name: str, path: str) -> str:
    """``reg load HKU\\NAME PATH``; returns the key of a text when it fails, else "".

    A file that is not there is made, with an empty hive in it (RegLoadKey). Not modelled: mounting the file of a
    profile in its place, which would keep its owner from logging on.
    """
    if path.lower() in [f"{user.profile}\\{HIVE_FILE}".lower() for user in laptop.state.users]:
        raise NotModelled(f"reg load of {path}, whose owner gets a temporary profile when logging on meanwhile")
    drive, key = laptop.drive, f"HKU\\{name}"
    if laptop.registry.exists(key) or is_open(laptop, path):
        return "reg_in_use"
    if not drive.is_dir(path.rpartition("\\")[0]):
        return "path_not_found"
    if drive.is_dir(path):
        raise NotModelled(f"reg load of the folder {path}")
    try:
        file = drive.host_path(path)
    except BadName as error:
        raise NotModelled(f"reg load: {error}") from None
    if not file.is_file():
        file.write_bytes(_MAGIC)
    content = file.read_bytes()
    if not content.startswith(_MAGIC):
        return "reg_damaged"
    with laptop.registry.batch():
        laptop.registry.create(key)
        _copy_keys(laptop, f"HKU\\{content[len(_MAGIC) :].decode('ascii')}", key)
    laptop.state.mounted_hives[name.lower()] = path.lower()
    laptop.save()
    return ""


def _copy_keys(laptop: Machine, source: str, target: str) -> None:
    if not laptop.registry.exists(source) or source.endswith("\\"):
        return
    for name, value in laptop.registry.values(source).items():
        laptop.registry.set(target, name, value.type, value.data)
    for name in laptop.registry.subkeys(source):
        if name != "Volatile Environment":
            laptop.registry.create(f"{target}\\{name}")
            _copy_keys(laptop, f"{source}\\{name}", f"{target}\\{name}")


def unmount(laptop: Machine, name: str) -> bool:
    """``reg unload HKU\\NAME``; False when no hive was mounted there."""
    if laptop.state.mounted_hives.pop(name.lower(), None) is None:
        return False
    laptop.registry.delete(f"HKU\\{name}")
    laptop.save()
    return True


def is_visible(laptop: Machine, key: str) -> bool:
    """False for a KEY (``HKU\\<sid>\\...``) in a user's hive that is not loaded."""
    parts = key.lower().split("\\")
    if parts[0] != "hku" or len(parts) < 2:
        return True
    unloaded = [user.sid.lower() for user in laptop.state.users if not user.hive_loaded]
    return parts[1].removesuffix("_classes") not in unloaded
