# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What dpkg knows of packages, read from its files without a process.

dpkg(1) for states, ``lib/dpkg/dbmodify.c`` for the journal in updates/, dpkg-query(1) for the two-letter codes.
"""

from __future__ import annotations

import fcntl
import os
import struct
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

STATUS = "/var/lib/dpkg/status"
UPDATES = "/var/lib/dpkg/updates"
INFO = "/var/lib/dpkg/info"
EXTENDED_STATES = "/var/lib/apt/extended_states"
LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock")

_WANT = {"unknown": "u", "install": "i", "hold": "h", "deinstall": "r", "purge": "p"}
_STATE = {
    "not-installed": "n",
    "config-files": "c",
    "half-installed": "H",
    "unpacked": "U",
    "half-configured": "F",
    "triggers-awaited": "W",
    "triggers-pending": "t",
    "installed": "i",
}


@dataclass(frozen=True)
class Package:
    """One package of the status file. ``fields`` holds every field by its name as written."""

    name: str
    architecture: str
    version: str
    code: str
    """As ``dpkg -l`` shows it: ii, iF, iU, iHR, rc, hi."""
    fields: t.Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> t.Tuple[str, str]:
        """What identifies it: its name and its architecture."""
        return self.name, self.architecture

    @property
    def source(self) -> str:
        """The ``Source:`` field, empty when absent."""
        return self.fields.get("Source", "")

    @property
    def installed(self) -> bool:
        """Installed and configured (triggers may be pending)."""
        return self.code[1] in "itW" and not self.reinstall

    @property
    def present(self) -> bool:
        """Some of its files may be on the disk, not only configuration files."""
        return self.code[1] not in "nc"

    @property
    def left(self) -> bool:
        """Something of it is left, even if only configuration files."""
        return self.code[1] != "n"

    @property
    def held(self) -> bool:
        """It is held: apt must not change it."""
        return self.code[0] == "h"

    @property
    def broken(self) -> bool:
        """Half way: half installed, unpacked, half configured, or in need of reinstallation."""
        return self.code[1] in "HUF" or self.reinstall

    @property
    def reinstall(self) -> bool:
        """Killed while it was unpacked; only a reinstallation or a forced removal helps."""
        return self.code.endswith("R")


def code_of(status: str) -> str:
    """The code of a ``Status:`` value: ``install reinstreq half-installed`` -> ``iHR``. Unknown words become ``?``."""
    words = ([*status.split(), "", "", ""])[:3]
    return _WANT.get(words[0], "?") + _STATE.get(words[2], "?") + ("R" if words[1] == "reinstreq" else "")


def parse_status(text: str) -> t.List[Package]:
    """The packages of a status file; stanzas without a name are passed over."""
    return [
        Package(
            stanza["Package"],
            stanza.get("Architecture", ""),
            stanza.get("Version", ""),
            code_of(stanza.get("Status", "")),
            stanza,
        )
        for stanza in deb822.parse_stanzas(text)
        if "Package" in stanza
    ]


@dataclass(frozen=True)
class Database:
    """The packages, and whether dpkg was interrupted."""

    packages: t.Tuple[Package, ...]
    journal_dirty: bool
    """updates/ holds entries: apt-get refuses to work, apt-get -s does not notice."""

    def installed(self, name: str) -> bool:
        """Whether NAME is installed and configured, in any architecture."""
        return any(package.name == name and package.installed for package in self.packages)

    def version(self, name: str) -> str:
        """The version of NAME if it is installed and configured, in any architecture; else empty."""
        return next((package.version for package in self.packages if package.name == name and package.installed), "")

    def label(self, package: Package) -> str:
        """The name of PACKAGE for apt and dpkg: with its architecture if that is not the system's."""
        own = next((item.architecture for item in self.packages if item.name == "dpkg"), "amd64")
        return package.name if package.architecture in (own, "all", "") else f"{package.name}:{package.architecture}"

    @property
    def broken(self) -> t.List[Package]:
        """Packages that are half way."""
        return [package for package in self.packages if package.broken]

    @property
    def interrupted(self) -> bool:
        """Whether dpkg must be repaired before anything else."""
        return self.journal_dirty or bool(self.broken)


def read_database(system: System) -> Database:
    """The state of dpkg. As in dpkg, journal entries override the status file.

    Raises Failure if there is no dpkg.
    """
    status = system.read_text(STATUS)
    if status is None:
        raise Failure(f"{STATUS}: no such file; this distribution does not use dpkg")
    entries = journal(system)
    texts = [status, *(system.read_text(entry) or "" for entry in entries)]
    latest = {package.key: package for text in texts for package in parse_status(text)}
    return Database(tuple(latest.values()), bool(entries))


def journal(system: System) -> t.List[str]:
    """The journal entries (their names are digits only), in order."""
    return [f"{UPDATES}/{name}" for name in system.names(UPDATES) if name.isdigit()]


def file_lists(system: System) -> t.Iterator[t.Tuple[str, bytes]]:
    """(package, the paths that it brought, one a line); the package as dpkg names its list: ``name``,
    ``name:architecture``."""
    for name in system.names(INFO):
        if name.endswith(".list"):
            yield name[: -len(".list")], system.read_bytes(f"{INFO}/{name}") or b""


def automatic(text: str) -> t.Set[str]:
    """The names marked as automatically installed in the TEXT of apt's extended_states."""
    return {stanza.get("Package", "") for stanza in deb822.parse_stanzas(text) if stanza.get("Auto-Installed") == "1"}


def read_automatic(system: System) -> t.Set[str]:
    """The names that apt installed as dependencies."""
    return automatic(system.read_text(EXTENDED_STATES) or "")


UNSEEN = -1
"""A lock is held by a process of another pid namespace, which has no number here."""


def lock_holder(path: str) -> int | None:
    """The process that holds the lock file PATH, UNSEEN if it has no number here; None if the lock is free. Takes no
    lock."""
    try:
        with open(path, "r+b") as file:
            query = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            answer = struct.unpack("hhqqi", fcntl.fcntl(file, fcntl.F_GETLK, query))
    except FileNotFoundError:
        return None
    # The kernel translates the number for the reader; 0 and below when there is no translation.
    return None if answer[0] == fcntl.F_UNLCK else int(answer[4]) if answer[4] > 0 else UNSEEN


def lock_holders(system: System) -> t.Dict[str, int]:
    """Lock file -> process (UNSEEN: of another pid namespace), for the locks that are held.

    An orphaned dpkg holds the inner lock only, so that looking at lock-frontend is not enough.
    """
    holders = {path: lock_holder(system.path(path)) for path in LOCKS}
    return {path: process for path, process in holders.items() if process is not None}
