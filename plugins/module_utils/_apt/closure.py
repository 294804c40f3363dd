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
    provided = {name: dependencies.provided(stanza) for name, stanza in index.items()}
    drivers = {
        name
        for name, stanza in index.items()
        if driver_packages.why_driver(name, stanza.get("Source", ""), provided[name]) is not None
    }
    available = {name: [name] for name in index}
    for package, names in provided.items():
        for name in names:
            available.setdefault(name, []).append(package)
    needs = {name: dependencies.needs(stanza) for name, stanza in index.items() if name not in drivers}
    mentions: t.Dict[str, t.List[str]] = {}
    for package, groups in needs.items():
        for name in {name for group in groups for name in group}:
            mentions.setdefault(name, []).append(package)
    ends = {name: name for name in drivers}
    # Backwards from the drivers, also those that are not in the index: only what mentions a hit can become one.
    absent = {name for name in mentions if name not in available and driver_packages.why_driver(name)}
    waiting = sorted(drivers | absent)
    while waiting:
        hit = waiting.pop()
        for candidate in {package for name in (hit, *provided.get(hit, ())) for package in mentions.get(name, ())}:
            found = [] if candidate in ends else [_end_of(group, available, ends) for group in needs[candidate]]
            if any(found):
                ends[candidate] = next(filter(None, found))
                waiting.append(candidate)
    return {name: end for name, end in ends.items() if name not in drivers}


def _end_of(group: t.Sequence[str], available: t.Mapping[str, t.Sequence[str]], ends: t.Mapping[str, str]) -> str:
    """The driver that GROUP leads to if all its alternatives need one, else empty.

    AVAILABLE: name -> the packages that have or provide it.
    """
    end = ""
    for name in group:
        if name not in available:
            end = end or (name if driver_packages.why_driver(name) else "")
            continue
        if any(package not in ends for package in available[name]):
            return ""
        end = end or ends[min(available[name])]
    return end
