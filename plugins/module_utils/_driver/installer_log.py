# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A driver that NVIDIA's ``.run`` installer has installed: it belongs to no package, but the installer has its own log.

Format of /var/lib/nvidia/log (nvidia-installer, ``backup.c``): version, description, then entries whose first line is
``NUMBER: PATH``. 1 is an installed file (a checksum follows), 0 an installed link (its target follows), 2 a link that
was taken away (target, then mode and owner follow), 100 and up a file that was moved to /var/lib/nvidia/NUMBER
(checksum, mode and owner follow).
"""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

FOLDER = "/var/lib/nvidia"
LOG = f"{FOLDER}/log"
_ENTRY = re.compile(r"^([0-9]+): +(/.*)$")
_LINK, _FILE, _OLD_LINK, _OLD_FILE = 0, 1, 2, 100


@dataclass(frozen=True)
class Installed:
    """What is in the log. Paths are absolute."""

    version: str
    files: t.Tuple[str, ...] = ()
    """Installed files and links."""
    old_files: t.Tuple[t.Tuple[str, str], ...] = ()
    """(where it is now, where it was)."""
    old_links: t.Tuple[t.Tuple[str, str], ...] = ()
    """(target, where it was)."""


def parse(text: str) -> Installed:
    """The content of the log. Unreadable entries are ignored: a truncated log must not hide the rest."""
    lines = text.splitlines()
    # Old installers want "1.0-" before the version.
    version = re.findall(r"[0-9]+(?:\.[0-9]+)+", lines[0]) if lines else []
    files: t.List[str] = []
    old_files: t.List[t.Tuple[str, str]] = []
    old_links: t.List[t.Tuple[str, str]] = []
    for number, line in enumerate(lines[2:], 3):
        match = _ENTRY.match(line)
        if not match:
            continue
        kind, path = int(match.group(1)), os.path.normpath(match.group(2))
        if kind in (_LINK, _FILE):
            files.append(path)
        elif kind == _OLD_LINK and number < len(lines):
            old_links.append((lines[number], path))
        elif kind >= _OLD_FILE:
            old_files.append((f"{FOLDER}/{kind}", path))
    return Installed(version[-1] if version else "", tuple(files), tuple(old_files), tuple(old_links))


def read(system: System) -> Installed | None:
    """What the installer has left; None if it was never used."""
    text = system.read_text(LOG)
    return None if text is None else parse(text)


def present(system: System, installed: Installed) -> t.List[str]:
    """The installed files that are still there."""
    return sorted({path for path in installed.files if system.lexists(path)})
