# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of other computers: ``\\\\server\\share`` stands for a directory of this machine (``shares`` of the state).

A WinRM logon comes over the network and cannot pass its credentials on, so that the share refuses it, unless the logon
was delegated (Kerberos, CredSSP: ``credentials_delegated``).
"""

from __future__ import annotations

import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from lab.laptop import Laptop


class NoShare(OSError):
    """The server or the share is not there (ERROR_BAD_NETPATH, ERROR_BAD_NET_NAME)."""


class Refused(OSError):
    """The share does not know who asks (ERROR_ACCESS_DENIED)."""


def is_share(path: str) -> bool:
    """Whether PATH lies on another computer."""
    return path.startswith("\\\\")


def host_path(laptop: Laptop, path: str) -> Path:
    """Where the file PATH of a share stands on this machine, existing or not; raises NoShare or Refused."""
    _empty, _none, server, share, *names = path.rstrip("\\").split("\\")
    known = {name.lower(): folder for name, folder in laptop.state.shares.items()}
    folder = known.get(f"\\\\{server}\\{share}".lower())
    if folder is None:
        raise NoShare(path)
    if not laptop.state.credentials_delegated:
        raise Refused(path)
    return Path(folder, *names)
