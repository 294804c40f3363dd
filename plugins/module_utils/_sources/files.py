# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The files that hold apt's sources: read them, and change them with a backup."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups, changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

MAIN = "/etc/apt/sources.list"
FOLDER = "/etc/apt/sources.list.d"


def own(name: str) -> str:
    """The file of our source NAME."""
    return f"{FOLDER}/cuda-{name}.sources"


def read(system: System) -> t.Dict[str, str]:
    """The files that apt reads -> their text: the main one, then lists, then stanzas, each sorted by name."""
    names = [name for name in system.names(FOLDER) if not name.startswith(".")]
    ending = [name for end in (".list", ".sources") for name in names if name.endswith(end)]
    return _texts(system, [MAIN, *(f"{FOLDER}/{name}" for name in ending)])


def naming(system: System, word: str, but: t.Collection[str]) -> t.List[str]:
    """The files that contain WORD, also disabled ones and backups, but not those in BUT."""
    texts = _texts(system, [MAIN, *(f"{FOLDER}/{name}" for name in system.names(FOLDER))])
    return [path for path, text in texts.items() if path not in but and word in text]


def _texts(system: System, paths: t.Sequence[str]) -> t.Dict[str, str]:
    return {path: system.read_text(path) or "" for path in paths if system.isfile(path)}


def changed(texts: t.Mapping[str, str], edits: t.Mapping[str, str | None], when: str) -> t.List[changes.FileChange]:
    """The changes of TEXTS by EDITS (path -> new text, None to rename), with backups whose names contain WHEN."""
    return [
        changes.rewritten(path, texts[path], after, backup=backups.backup_name(path, when))
        for path, after in sorted(edits.items())
    ]
