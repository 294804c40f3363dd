# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of other computers: ``\\\\server\\share`` stands for a directory of this machine (``shares`` of the state).

A WinRM logon comes over the network and cannot pass its credentials on, so that the share refuses it, unless the logon
was delegated (Kerberos, CredSSP: ``credentials_delegated``). Even then the account may lack the right
(``shares_denied``: shares, folders or files).
"""

from __future__ import annotations

from pathlib import Path

from lab.machine.machine import Machine

ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED = 2, 5
ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME = 53, 67


class NoShare(OSError):
    """The server is not there (ERROR_BAD_NETPATH) or has no such share (ERROR_BAD_NET_NAME): ``number``."""

    def __init__(self, path: str, number: int) -> None:
        super().__init__(path)
        self.number = number


class Refused(OSError):
    """The share does not know who asks, or does not let that account in (ERROR_ACCESS_DENIED)."""


def is_share(path: str) -> bool:
    """Whether PATH lies on another computer."""
    return path.startswith("\\\\")


def host_path(laptop: Machine, path: str, reading: bool = True) -> Path:
    """Where the file PATH of a share stands on this machine, existing or not; raises NoShare or Refused.

    :arg reading: the file itself is read, or the folder listed; to see a file in a folder needs less.
    """
    _empty, _none, server, share, *names = path.rstrip("\\").split("\\")
    known = {name.lower(): folder for name, folder in laptop.state.shares.items()}
    folder = known.get(f"\\\\{server}\\{share}".lower())
    if folder is None:
        there = any(name.startswith(f"\\\\{server}\\".lower()) for name in known)
        raise NoShare(path, ERROR_BAD_NET_NAME if there else ERROR_BAD_NETPATH)
    if not laptop.state.credentials_delegated or _denied(laptop, path, reading):
        raise Refused(path)
    return Path(folder, *names)


def _denied(laptop: Machine, path: str, reading: bool) -> bool:
    """Whether the account has no right to PATH, or to a folder above it."""
    asked = path.lower().rstrip("\\")
    denied = [name.lower().rstrip("\\") for name in laptop.state.shares_denied]
    return any(asked.startswith(f"{name}\\") for name in denied) or (reading and asked in denied)
