# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The packages of a plan whose files are on this disk already, so that the plan can look into them.

These are files that were asked for by their path, files of sources on this disk, and files that apt has fetched before.
"""

from __future__ import annotations

import re
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import deb_file
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.dependencies import Stanza
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

ARCHIVES = "/var/cache/apt/archives"
SECONDS = 5.0
"""After that, no more data of packages without a list of files is read."""


def read(system: System, asked: t.Iterable[str], records: t.Sequence[Stanza]) -> t.List[deb_file.Deb]:
    """The packages among ASKED (as apt takes them) and RECORDS (stanzas of an index) whose files are here."""
    paths = [item for item in asked if "/" in item and system.isfile(item)]
    folders = _source_folders(system) if records else []
    for record in records:
        candidates = [f"{folder}/{record['Filename']}" for folder in folders if "Filename" in record]
        candidates.append(f"{ARCHIVES}/{_archive_name(record)}")
        paths += [path for path in candidates if system.isfile(path)][:1]
    end = time.monotonic() + SECONDS
    found = (_read(system.path(path), time.monotonic() < end) for path in dict.fromkeys(paths))
    return [deb for deb in found if deb is not None]


def _read(path: str, data: bool) -> deb_file.Deb | None:
    try:
        return deb_file.read(path, data)
    except deb_file.DebError:
        # apt reads it next, and reports what is wrong with it.
        return None


def _source_folders(system: System) -> t.List[str]:
    """The folders of the enabled sources on this disk."""
    found = [entry.uri for entry in entries.parse_all(files.read(system)) if entry.enabled]
    matches = (re.match(r"(?:file|copy):/*(/.*?)/*$", uri) for uri in found)
    return [match.group(1) for match in dict.fromkeys(matches) if match]


def _archive_name(record: Stanza) -> str:
    """The name under which apt keeps the package of RECORD: QuoteString of its version."""
    version = record.get("Version", "").replace(":", "%3a")
    return f"{record.get('Package', '')}_{version}_{record.get('Architecture', '')}.deb"
