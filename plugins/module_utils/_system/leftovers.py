# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Temporary files and folders that killed modules left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import time
import typing as t

AGE_SECONDS = 3600.0
"""Younger ones stay: a program that the killed module started may still write there."""
_NAME = re.compile(r"\.?wslfleet-[a-z0-9_]{8}\Z")
"""As tempfile names them for ``files.py``."""


@contextlib.contextmanager
def in_use(folder: str, wait: bool = True) -> t.Iterator[None]:
    """FOLDER is not swept away meanwhile, however long that takes. The kernel drops the lock when the process ends.

    Raises BlockingIOError if another process uses it and WAIT is False.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def sweep(parent: str) -> None:
    """Remove from PARENT what killed modules of this user left there. What cannot be removed stays for the next run.

    Nothing is removed where others may write: they could replace names with links meanwhile.
    """
    try:
        place = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        status = os.fstat(place)
        if status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            for name in filter(_NAME.match, os.listdir(place)):
                with contextlib.suppress(OSError):
                    _remove(place, name)
    finally:
        os.close(place)


def _remove(place: int, name: str) -> None:
    """Remove NAME in the folder PLACE if it is old and not in use. Raises OSError."""
    status = os.stat(name, dir_fd=place, follow_symlinks=False)
    ours = status.st_uid == os.geteuid() and time.time() - status.st_mtime > AGE_SECONDS
    if not ours or not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
        return
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(status.st_mode):
            shutil.rmtree(f"/proc/self/fd/{place}/{name}")
        else:
            os.unlink(name, dir_fd=place)
    finally:
        os.close(handle)
