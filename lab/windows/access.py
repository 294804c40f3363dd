# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read and change what on C:, as far as the default permissions of Windows matter here.

An administrator has a full token in a WinRM session and may do everything, except where somebody has cut off what is
inherited and grants administrators nothing. Others may write to their own profile, the
public one, C:\\ProgramData and C:\\Windows\\Temp, and may not read other people's profiles. What icacls.exe has set on
the way goes before that (lab/machine/permissions.py). What counts is the place that a path leads to: links are
followed.
"""

from __future__ import annotations

from lab.machine.machine import Machine
from lab.machine.state import User

_OPEN_TO_ALL = ("c:\\users\\public", "c:\\programdata", "c:\\windows\\temp")


def may_write(user: User, windows_path: str, laptop: Machine | None = None) -> bool:
    """True when USER may create or change WINDOWS_PATH (absolute) on LAPTOP."""
    windows_path = _place(windows_path, laptop)
    decided = laptop.permissions.decides(user, windows_path, write=True) if laptop else None
    if user.admin:
        return decided is not False
    return _below(windows_path, user.profile.lower(), *_OPEN_TO_ALL) if decided is None else decided


def may_read(user: User, windows_path: str, laptop: Machine | None = None) -> bool:
    """True when USER may read WINDOWS_PATH (absolute) on LAPTOP."""
    windows_path = _place(windows_path, laptop)
    decided = laptop.permissions.decides(user, windows_path, write=False) if laptop else None
    if user.admin:
        return decided is not False
    if decided is not None:
        return decided
    path = windows_path.lower()
    return not path.startswith("c:\\users\\") or _below(path, user.profile.lower(), "c:\\users\\public")


def may_delete(user: User, windows_path: str, laptop: Machine) -> bool:
    """True when USER may delete or rename WINDOWS_PATH: by a right on itself, or on the folder that it lies in."""
    if laptop.permissions.decides_deletion(user, windows_path):
        return True
    return may_write(user, windows_path.rpartition("\\")[0], laptop)


def _place(windows_path: str, laptop: Machine | None) -> str:
    """Where WINDOWS_PATH leads to on LAPTOP; itself where that is outside the drive."""
    if laptop is None:
        return windows_path
    drive = laptop.drive
    try:
        real = drive.host_path(windows_path).resolve().relative_to(drive.root.resolve())
        return drive.windows_path(drive.root / real)
    except (FileNotFoundError, ValueError):
        return windows_path


def _below(windows_path: str, *folders: str) -> bool:
    path = windows_path.lower()
    return any(path == folder or path.startswith(folder + "\\") for folder in folders)
