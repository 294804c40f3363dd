# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which packages need a driver package: the third check, by dependencies.

Versions are not compared: a name is available if a package in the set has or provides it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.dependencies import Stanza
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages


def pullers(stanzas: t.Iterable[Stanza]) -> t.Dict[str, str]:
    """Package -> the driver package that its dependencies lead to, for those of STANZAS that need one.

    A group of alternatives leads to a driver if each of them is a driver, needs one, or is only provided by such
    packages. A name that nothing in STANZAS has or provides does not help. Stanzas without a name are ignored.
    """
    index = {stanza["Package"]: stanza for stanza in stanzas if stanza.get("Package")}
    drivers = {name for name, item in index.items() if _is_driver(name, item)}
    providers = _providers(index)
    needs, mentions = _needs(index, drivers)
    ends = {name: name for name in drivers}
    # Backwards from the drivers: only what mentions a hit can become one.
    waiting = sorted({*drivers, *(name for name in mentions if _is_foreign_driver(name, index, providers))})
    while waiting:
        hit = waiting.pop()
        names = {hit, *dependencies.provided(index.get(hit, {}))}
        for candidate in {package for name in names for package in mentions.get(name, ())}:
            end = "" if candidate in ends else _end_of(needs[candidate], index, providers, ends)
            if end:
                ends[candidate] = end
                waiting.append(candidate)
    return {name: end for name, end in ends.items() if name not in drivers}


def _is_driver(name: str, stanza: Stanza) -> bool:
    provides = dependencies.provided(stanza)
    return driver_packages.why_driver(name, stanza.get("Source", ""), provides) is not None


def _providers(index: t.Mapping[str, Stanza]) -> t.Dict[str, t.Set[str]]:
    """Name -> the packages that provide it, without the package of that name."""
    found: t.Dict[str, t.Set[str]] = {}
    for name, stanza in index.items():
        for provided in dependencies.provided(stanza):
            found.setdefault(provided, set()).add(name)
    return found


def _needs(
    index: t.Mapping[str, Stanza], drivers: t.Collection[str]
) -> t.Tuple[t.Dict[str, t.List[t.List[str]]], t.Dict[str, t.List[str]]]:
    """Package -> its groups of alternatives, and name -> the packages that mention it. Without DRIVERS themselves."""
    needs: t.Dict[str, t.List[t.List[str]]] = {}
    mentions: t.Dict[str, t.List[str]] = {}
    for package, stanza in index.items():
        if package in drivers:
            continue
        needs[package] = dependencies.needs(stanza)
        for group in needs[package]:
            for name in group:
                mentions.setdefault(name, []).append(package)
    return needs, mentions


def _is_foreign_driver(name: str, index: t.Mapping[str, Stanza], providers: t.Mapping[str, t.Set[str]]) -> bool:
    """Whether NAME is the name of a driver, and nothing in the index has or provides it."""
    return name not in index and name not in providers and driver_packages.why_driver(name) is not None


def _end_of(
    groups: t.Sequence[t.Sequence[str]],
    index: t.Mapping[str, Stanza],
    providers: t.Mapping[str, t.Set[str]],
    ends: t.Mapping[str, str],
) -> str:
    """The driver that one of GROUPS leads to; empty if none of them needs one."""
    return next((end for end in (_leads_to(group, index, providers, ends) for group in groups) if end), "")


def _leads_to(
    group: t.Sequence[str],
    index: t.Mapping[str, Stanza],
    providers: t.Mapping[str, t.Set[str]],
    ends: t.Mapping[str, str],
) -> str:
    """The driver that GROUP leads to if all its alternatives need one, else empty."""
    end = ""
    for name in group:
        candidates = ({name} if name in index else set()) | set(providers.get(name, ()))
        if not candidates:
            end = end or (name if driver_packages.why_driver(name) else "")
            continue
        if any(candidate not in ends for candidate in candidates):
            return ""
        end = end or ends[sorted(candidates)[0]]
    return end
