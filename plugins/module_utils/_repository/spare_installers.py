# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Local installers that are not used any more: each has gigabytes of packages below /var.

Only files are read to find them, so that an interrupted removal is found again. A package is spare if no source file
names its repository, except those that this collection wrote for a source that is no longer the chosen one.
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries, judgement
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

_NAME = re.compile(r"^cuda-repo-(wsl-ubuntu|ubuntu[0-9]{4}|debian[0-9]+)-[0-9]+-[0-9]+-local$")


@dataclass(frozen=True)
class Spare:
    """What can be removed. Nothing if both are empty."""

    packages: t.Tuple[t.Tuple[str, int], ...] = ()
    """Name, and the bytes of its repository."""
    changes: t.Tuple[system_changes.FileChange, ...] = ()
    """Sources and keys that are removed before the packages."""


def find(system: System, how: str, url: str = "") -> Spare:
    """What is spare, except the chosen source at URL (empty: none is chosen). Starts no process.

    HOW: ``unused`` for repositories that no other source names, not even a disabled one; ``all`` for those too, with
    the sources that name them; ``keep`` for none.
    """
    folders = system.matching("/var/cuda-repo-*-local")
    if how == "keep" or not folders:
        return Spare()
    there = {item.name for item in dpkg.read_database(system).packages if item.present and _NAME.match(item.name)}
    others = {path: text for path, text in sources_files.read(system).items() if not text.startswith(entries.MARK)}
    spare = [
        folder
        for folder in folders
        if os.path.basename(folder) in there
        and not _names(folder, url)
        and (how == "all" or not any(_names(folder, text) for text in others.values()))
    ]
    edits = _source_changes(spare, others)
    left = [text for path, text in others.items() if path not in {change.path for change in edits}]
    left += [system_changes.text_of(change.after) or "" for change in edits]
    keys = [change for folder in spare for change in _key_changes(system, folder, left)]
    sizes = tuple((os.path.basename(folder), size(system.path(folder))) for folder in spare)
    return Spare(sizes, (*edits, *keys))


def size(folder: str) -> int:
    """Bytes of the files in FOLDER."""
    return sum(os.lstat(f"{place}/{name}").st_size for place, _folders, names in os.walk(folder) for name in names)


def _names(folder: str, text: str) -> bool:
    return bool(re.search(re.escape(folder) + r"(?![A-Za-z0-9._+-])", text))


def _source_changes(folders: t.Sequence[str], texts: t.Mapping[str, str]) -> t.List[system_changes.FileChange]:
    """Remove the entries for FOLDERS from the sources in TEXTS. Everything else in them stays."""
    stale = [
        judgement.Stale(entry, "local installer that goes")
        for entry in entries.parse_all(texts)
        if entry.enabled and any(_names(folder, entry.uri) for folder in folders)
    ]
    when = backups.stamp()
    return sources_files.changed(texts, judgement.plan_edits(texts, stale, when), when)


def _key_changes(system: System, folder: str, texts: t.Sequence[str]) -> t.List[system_changes.FileChange]:
    """Copies of the keys in FOLDER, which NVIDIA tells people to make, that no source in TEXTS needs."""
    found = []
    for path in system.matching(f"{folder}/*keyring.gpg"):
        copy = f"/usr/share/keyrings/{os.path.basename(path)}"
        data = system.read_bytes(copy)
        if data is not None and data == system.read_bytes(path) and not any(copy in text for text in texts):
            found.append(system_changes.FileChange(copy, data, None))
    return found
