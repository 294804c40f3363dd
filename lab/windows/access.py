# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read and change what on C:, as far as the default permissions of Windows matter here.

An administrator has a full token in a WinRM session and may do everything. Others may write to their own profile, the
public one, C:\\ProgramData and C:\\Windows\\Temp, and may not read other people's profiles.
"""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from lab.laptop import User

_OPEN_TO_ALL = ("c:\\users\\public", "c:\\programdata", "c:\\windows\\temp")


def may_write(user: User, windows_path: str) -> bool:
    """True when USER may create or change WINDOWS_PATH (absolute)."""
    return user.admin or _below(windows_path, user.profile.lower(), *_OPEN_TO_ALL)


def may_read(user: User, windows_path: str) -> bool:
    """True when USER may read WINDOWS_PATH (absolute)."""
    path = windows_path.lower()
    foreign = path.startswith("c:\\users\\") and not _below(path, user.profile.lower(), "c:\\users\\public")
    return user.admin or not foreign


def _below(windows_path: str, *folders: str) -> bool:
    path = windows_path.lower()
    return any(path == folder or path.startswith(folder + "\\") for folder in folders)
