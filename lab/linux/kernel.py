# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few system calls that Python's library does not offer in 3.10: namespaces, mounts, parent-death signal."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_REMOUNT = 0x20
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def unshare(flags: int) -> None:
    """Leave the namespaces in FLAGS (CLONE_NEW…); see unshare(2)."""
    _check(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, filesystem: str = "", flags: int = 0, options: str = "") -> None:
    """See mount(2)."""
    result = _libc.mount(
        os.fsencode(source), os.fsencode(target), filesystem.encode() or None, flags, os.fsencode(options) or None
    )
    _check(result, f"mount {filesystem or 'bind'} on {target}")


def unmount(target: str, flags: int = 0) -> None:
    """See umount2(2)."""
    _check(_libc.umount2(os.fsencode(target), flags), f"unmount {target}")


def enter_root(directory: str) -> None:
    """Make the mount point DIRECTORY the root; the old root stays reachable under it until ``forget_old_root``."""
    os.chdir(directory)
    number = _SYS_PIVOT_ROOT[os.uname().machine]
    _check(_libc.syscall(number, b".", b"."), f"pivot_root {directory}")


def forget_old_root() -> None:
    """Unmount the old root after ``enter_root``; the working directory is still in it (pivot_root(2), NOTES)."""
    unmount(".", MNT_DETACH)
    os.chdir("/")


def set_host_name(name: str) -> None:
    """The host name of this UTS namespace."""
    raw = name.encode()
    _check(_libc.sethostname(raw, len(raw)), "sethostname")


def die_with_parent(signal_number: int) -> None:
    """Get SIGNAL_NUMBER when the thread that made this process ends; see PR_SET_PDEATHSIG in prctl(2)."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")


def set_process_name(name: str) -> None:
    """The name that ps shows; at most 15 bytes count."""
    _check(_libc.prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0), "prctl")
