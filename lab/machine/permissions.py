# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions that somebody has set on files of C:, beyond the defaults of lab/windows/access.py.

Kept in permissions.json: path in lower case -> owner, whether the folder above still counts, and grants by SID.
As on NTFS a grant with (OI)(CI) holds below the folder too, one without only for the folder itself, and "inherit":
false cuts off everything that stands further up, the defaults of Windows included.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab.machine.state import User

ADMINISTRATORS = "S-1-5-32-544"
USERS = "S-1-5-32-545"
_READ = frozenset({"F", "M", "RX", "R", "R,W", "R,D"})
_WRITE = frozenset({"F", "M", "W", "R,W"})
_DELETE = frozenset({"F", "M", "R,D"})


@dataclass
class Entry:
    """What was set on one path."""

    inherit: bool = True
    owner: str = ""
    grants: dict[str, str] = field(default_factory=dict)
    """SID -> one of F, M, RX, R, W, and R,W or R,D."""
    below: list[str] = field(default_factory=list)
    """SIDs whose grant holds below the folder too."""


class Permissions:
    """The permissions of one laptop; read anew at every question, so that a test can look at them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def _read(self) -> dict[str, Entry]:
        if not self._file.exists():
            return {}
        return {path: Entry(**entry) for path, entry in json.loads(self._file.read_text(encoding="utf-8")).items()}

    def _write(self, entries: dict[str, Entry]) -> None:
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps({key: asdict(entry) for key, entry in entries.items()}, indent=2), "utf-8")
        temporary.replace(self._file)

    def entry(self, path: str) -> Entry:
        """What was set on PATH; the defaults when nothing was."""
        return self._read().get(path.lower(), Entry())

    def set(self, path: str, entry: Entry) -> None:
        """Set ENTRY on PATH."""
        with self._lock:
            self._write({**self._read(), path.lower(): entry})

    def forget(self, path: str) -> None:
        """PATH is gone, with everything below it."""
        folder = path.lower()
        with self._lock:
            entries = self._read()
            kept = {name: entry for name, entry in entries.items() if name != folder and not _is_below(name, folder)}
            if len(kept) < len(entries):
                self._write(kept)

    def decides(self, user: User, path: str, write: bool) -> bool | None:
        """May USER read (or WRITE) PATH? None where nothing was set that says so."""
        return self._decides(user, path, _WRITE if write else _READ)

    def decides_deletion(self, user: User, path: str) -> bool | None:
        """May USER delete PATH by the rights on itself? None where nothing was set that says so."""
        return self._decides(user, path, _DELETE)

    def _decides(self, user: User, path: str, wanted: frozenset[str]) -> bool | None:
        entries = self._read()
        sids = {user.sid, USERS, *([ADMINISTRATORS] if user.admin else [])}
        current, own = path.lower(), True
        while current:
            entry = entries.get(current)
            if entry is not None:
                held = {right for sid, right in entry.grants.items() if sid in sids and (own or sid in entry.below)}
                if held & wanted:
                    return True
                if not entry.inherit:
                    return False
            current, own = current.rpartition("\\")[0], False
        return None


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("\\") + "\\")
