# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which packages are removed with a toolkit: its own, the metapackages above it, and what only it needed."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies, dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import package_names

_SHARED = re.compile(r"^(nsight-(compute|systems)-[0-9]{4}\..*|cuda-toolkit(-[0-9]+)?-config-common)$")
"""Parts without the version of a toolkit in their name. They are only removed if apt installed them, not a person."""


def of_versions(
    database: dpkg.Database, automatic: t.Collection[str], versions: t.Collection[str]
) -> t.Tuple[str, ...]:
    """The packages that are removed with the toolkits VERSIONS. AUTOMATIC: names that apt installed as dependencies."""
    mine = {
        item.name
        for item in database.packages
        if item.left and any(package_names.belongs_to_version(item.name, version) for version in versions)
    }
    if not mine:
        return ()
    gone = mine | _metapackages(database, mine, versions)
    left = [item for item in database.packages if item.present and item.name not in gone]
    shared = {item.name for item in left if _SHARED.match(item.name) and item.name in automatic}
    needed = dependencies.needed_names(item.fields for item in left if item.name not in shared)
    return tuple(sorted(gone | (shared - needed)))


def _metapackages(database: dpkg.Database, mine: t.Set[str], versions: t.Collection[str]) -> t.Set[str]:
    """Metapackages that cannot stay without MINE: ``cuda-toolkit``, ``cuda-toolkit-12``, ``cuda-12-4`` and ``cuda``."""
    dashed = [version.replace(".", "-") for version in versions]
    names = {"cuda-toolkit", "cuda", *(f"cuda-toolkit-{item.split('-')[0]}" for item in dashed)}
    names |= {f"{word}-{item}" for item in dashed for word in ("cuda", "cuda-runtime", "cuda-demo-suite")}
    found: t.Set[str] = set()
    while True:
        gone = mine | found
        more = {
            item.name
            for item in database.packages
            if item.name in names - found and item.present and dependencies.needed_names([item.fields]) & gone
        }
        if not more:
            return found
        found |= more


def installed_versions(database: dpkg.Database) -> t.List[str]:
    """The toolkits of which something is installed, as ``12.4``, ascending."""
    found = set()
    for item in database.packages:
        match = re.match(r"^.*?-([0-9]{2})-([0-9]{1,2})(?:-config-common)?$", item.name)
        if match and item.present and package_names.is_toolkit_package(item.name):
            found.add((int(match.group(1)), int(match.group(2))))
    return [f"{major}.{minor}" for major, minor in sorted(found)]
