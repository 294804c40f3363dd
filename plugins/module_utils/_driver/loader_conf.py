# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The folders that the loader's configuration names, and where: ``/etc/ld.so.conf`` and what it includes.

One folder a line, ``#`` starts a comment, ``include`` takes patterns, relative ones beside the file (ldconfig(8), glibc
``elf/ldconfig.c``).
"""

from __future__ import annotations

import glob
import os
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files

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


def named(root: str = "") -> t.List[Named]:
    """Every folder that is named, in the order in which ldconfig meets them."""
    # Without the file that Debian's libc-bin brings, what would be included tells what was meant.
    paths = [MAIN] if os.path.exists(root + MAIN) else _matching(root, _INCLUDED)
    return [entry for path in paths for entry in _read(root, path, 0)]


def _read(root: str, path: str, depth: int) -> t.List[Named]:
    found: t.List[Named] = []
    if depth > _DEEPEST or not os.path.isfile(root + path):
        return found
    for number, line in enumerate((files.read_text(root + path) or "").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words[:1] == ["include"]:
            for pattern in words[1:]:
                for included in _matching(root, os.path.join(os.path.dirname(path), pattern)):
                    found += _read(root, included, depth + 1)
        elif words and words[0] != "hwcap":
            found.append(Named(path, number, line.partition("#")[0].strip().partition("=")[0]))
    return found


def _matching(root: str, pattern: str) -> t.List[str]:
    return [path[len(root) :] for path in sorted(glob.glob(glob.escape(root) + pattern))]


def naming(folder: str, entries: t.Sequence[Named], root: str = "") -> t.List[Named]:
    """Those of ENTRIES that name FOLDER, whichever way it is spelt."""
    target = files.resolved(folder, root)
    return [entry for entry in entries if files.resolved(entry.folder, root) == target]


def without(entries: t.Sequence[Named], backup: str, root: str = "") -> t.List[system_changes.FileChange]:
    """The changes that take ENTRIES out. A file that then names nothing goes; the old ones are kept below BACKUP."""
    changes = []
    for path in sorted({entry.path for entry in entries}):
        gone = {entry.line for entry in entries if entry.path == path}
        text = files.read_text(root + path) or ""
        lines = [line for number, line in enumerate(text.splitlines(True), 1) if number not in gone]
        names = any(line.partition("#")[0].strip() for line in lines)
        after = "".join(lines) if names or path == MAIN else None
        changes.append(system_changes.rewritten(path, text, after, backup=f"{backup}{path}"))
    return changes
