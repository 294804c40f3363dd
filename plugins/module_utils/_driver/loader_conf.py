# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The folders in the loader's configuration, and where they are named: ``/etc/ld.so.conf`` and what it includes.

One folder a line, ``#`` starts a comment, ``include`` takes patterns, relative ones beside the file (ldconfig(8), glibc
``elf/ldconfig.c``).
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

MAIN = "/etc/ld.so.conf"
_INCLUDED = "/etc/ld.so.conf.d/*.conf"
_DEEPEST = 10


class Named(t.NamedTuple):
    """One folder, as a file of the configuration names it. ``line`` counts from 1."""

    path: str
    line: int
    folder: str

    @property
    def where(self) -> str:
        """For a person."""
        return f"{self.path}:{self.line}"


def named(system: System) -> t.List[Named]:
    """Every folder that is named, in the order in which ldconfig meets them."""
    # If the main file, which Debian's libc-bin installs, is missing, use what it would include.
    paths = [MAIN] if system.exists(MAIN) else system.matching(_INCLUDED)
    return [entry for path in paths for entry in _read(system, path, 0)]


def _read(system: System, path: str, depth: int) -> t.List[Named]:
    found: t.List[Named] = []
    if depth > _DEEPEST or not system.isfile(path):
        return found
    for number, line in enumerate((system.read_text(path) or "").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words[:1] == ["include"]:
            for pattern in words[1:]:
                for included in system.matching(os.path.join(os.path.dirname(path), pattern)):
                    found += _read(system, included, depth + 1)
        elif words and words[0] != "hwcap":
            found.append(Named(path, number, line.partition("#")[0].strip().partition("=")[0]))
    return found


def naming(system: System, folder: str, entries: t.Sequence[Named]) -> t.List[Named]:
    """Those of ENTRIES that name FOLDER, however its path is written."""
    target = system.resolved(folder)
    return [entry for entry in entries if system.resolved(entry.folder) == target]


def without(system: System, entries: t.Sequence[Named], backup: str) -> t.List[system_changes.FileChange]:
    """The changes that remove ENTRIES. A file without any folder is removed. The old files are kept below BACKUP."""
    changes = []
    for path in sorted({entry.path for entry in entries}):
        gone = {entry.line for entry in entries if entry.path == path}
        text = system.read_text(path) or ""
        lines = [line for number, line in enumerate(text.splitlines(True), 1) if number not in gone]
        names = any(line.partition("#")[0].strip() for line in lines)
        after = "".join(lines) if names or path == MAIN else None
        changes.append(system_changes.rewritten(path, text, after, backup=f"{backup}{path}"))
    return changes
