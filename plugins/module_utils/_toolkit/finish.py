# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What remains to be done when the packages are as wanted: holds, the default toolkit, PATH, the record of a release.

All of it is read from files without the network, so it is checked in every run.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path as toolkit_path
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit.plan import Goal

RELEASES = "/var/lib/wslfleet/toolkits"


@dataclass(frozen=True)
class Release:
    """An exact release that was installed on request: package -> version, and whether we hold the packages."""

    version: str = ""
    parts: t.Mapping[str, str] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True)
class Settling:
    """What is left to do. Nothing when all are empty."""

    hold: t.Tuple[str, ...] = ()
    unhold: t.Tuple[str, ...] = ()
    alternatives: t.Tuple[t.Tuple[str, str], ...] = ()
    """(name, path) of update-alternatives."""
    files: t.Tuple[changes.FileChange, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether everything is as wanted."""
        return not (self.hold or self.unhold or self.alternatives or self.files)

    def commands(self) -> t.List[t.List[str]]:
        """The commands, quick ones."""
        found = [command.mark("hold", *self.hold)] if self.hold else []
        found += [command.mark("unhold", *self.unhold)] if self.unhold else []
        return [*found, *(["update-alternatives", "--set", name, path] for name, path in self.alternatives)]


def path_of(short: str) -> str:
    """The path of the record of toolkit SHORT (``12.8``)."""
    return f"{RELEASES}/{short}.json"


def read_release(system: System, short: str) -> Release:
    """The exact release of toolkit SHORT that was installed on request; an empty one if there is none."""
    data = system.read_json(path_of(short))
    try:
        return Release(str(data.get("version", "")), dict(data.get("parts", {})), bool(data.get("held")))
    except (ValueError, TypeError):
        return Release()


def release_text(release: Release) -> str:
    """The record of RELEASE."""
    return json.dumps(asdict(release), indent=2, sort_keys=True) + "\n"


def is_complete(release: Release, database: dpkg.Database) -> bool:
    """Whether every part of RELEASE is installed in its version."""
    return bool(release.parts) and all(database.version(name) == version for name, version in release.parts.items())


def settle(system: System, wanted: Goal, database: dpkg.Database, parts: t.Mapping[str, str]) -> Settling:
    """What is left to do for the toolkit WANTED. PARTS: of the exact release, empty for any other.

    If nothing is said about holds, exact releases are held, and others are released if we held them.
    """
    if not wanted.options.present:
        return _settle_absent(system, wanted.version.short, database)
    version, hold = wanted.version, wanted.options.hold
    short = version.short
    before = read_release(system, short)
    mine = [item for item in database.packages if item.present and package_names.belongs_to_version(item.name, short)]
    held = [item.name for item in mine if item.held]
    free = [item.name for item in mine if not item.held and item.installed]
    wanted_hold = bool(parts) if hold is None else hold
    release = held if (hold is False or (hold is None and not parts and before.held)) else []
    note = Release(version.exact, parts, wanted_hold) if parts else None
    record = changes.change_to(system, path_of(short), release_text(note) if note else None)
    files = [*toolkit_path.changes(system, True), *record]
    alternatives = _default(system, version) if wanted.options.default else []
    return Settling(
        tuple(sorted(free)) if wanted_hold else (), tuple(sorted(release)), tuple(alternatives), tuple(files)
    )


def _settle_absent(system: System, short: str, database: dpkg.Database) -> Settling:
    """What is left to do if toolkit SHORT is not wanted. The files for PATH are removed with the last compiler."""
    others = any(
        item.present and item.name.startswith("cuda-nvcc-") and not package_names.belongs_to_version(item.name, short)
        for item in database.packages
    )
    record = changes.change_to(system, path_of(short), None)
    return Settling(files=(*toolkit_path.changes(system, others), *record))


def _default(system: System, version: catalogue.Version) -> t.List[t.Tuple[str, str]]:
    path = f"/usr/local/cuda-{version.short}"
    if not system.isdir(path):
        return []
    return [
        (name, path) for name in ("cuda", f"cuda-{version.major}") if system.link(f"/etc/alternatives/{name}") != path
    ]
