# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How packages depend on each other: which need which, and what is missing."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.dpkg import Package


def dependents(packages: t.Sequence[Package], removed: t.Collection[Package]) -> t.List[Package]:
    """Packages that cannot stay without REMOVED, because nothing satisfies one of their dependencies any more.

    Versions are not compared: a group is satisfied if any alternative, by name or Provides, stays. A group that is not
    satisfied now does not count.
    """
    present = [package for package in packages if package.present]
    stand = _standing(present)
    needs = {package.key: dependencies.needs(package.fields) for package in present}
    gone = {package.key for package in removed}
    found: t.List[Package] = []
    changed = True
    while changed:
        news = [
            package
            for package in present
            if package.key not in gone and any(_lost(group, package, stand, gone) for group in needs[package.key])
        ]
        found += news
        gone |= {package.key for package in news}
        changed = bool(news)
    return found


def unmet(packages: t.Sequence[Package]) -> t.List[t.Tuple[Package, str]]:
    """(package, name) for present packages that need NAME, which no present package has or provides. Versions are not
    compared."""
    present = [package for package in packages if package.present]
    stand = _standing(present)
    return [
        (package, " | ".join(group))
        for package in present
        for group in dependencies.needs(package.fields)
        if not _satisfying(group, package, stand)
    ]


def _standing(present: t.Sequence[Package]) -> t.Dict[str, t.List[Package]]:
    """Name -> the packages that have or provide it."""
    found: t.Dict[str, t.List[Package]] = {}
    for package in present:
        for name in {package.name, *dependencies.provided(package.fields)}:
            found.setdefault(name, []).append(package)
    return found


def _satisfying(group: t.Sequence[str], asker: Package, stand: t.Mapping[str, t.Sequence[Package]]) -> t.List[Package]:
    """The packages that satisfy GROUP for ASKER. They must have its architecture, or be usable with any."""
    return [
        item
        for name in group
        for item in stand.get(name, ())
        if item.architecture == asker.architecture
        or "all" in (item.architecture, asker.architecture)
        or item.fields.get("Multi-Arch") in ("foreign", "allowed")
    ]


def _lost(
    group: t.Sequence[str],
    asker: Package,
    stand: t.Mapping[str, t.Sequence[Package]],
    gone: t.Collection[t.Tuple[str, str]],
) -> bool:
    """Whether GROUP, which ASKER needs, is only satisfied by packages that are GONE."""
    satisfying = _satisfying(group, asker, stand)
    return bool(satisfying) and all(item.key in gone for item in satisfying)
