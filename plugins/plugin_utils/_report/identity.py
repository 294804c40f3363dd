# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which laptop a document or a line of history is about. Pure.

A laptop has its name from an inventory. Two inventories may use the same name for two laptops, and a laptop may be
replaced in one inventory: machine and computer name show this. The machine is the UUID of the firmware, which survives
a new Windows. It is ignored if several computers have the same UUID, as copied virtual machines do. If it is not known,
for a laptop that was never reached for example, only the name of the computer decides.
"""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Document

One = t.Mapping[str, t.Any]
"""A document, or a line of history."""
_SHOWN = 5
"""Most names in one sentence."""


class Identities:
    """Which laptops the documents of several FOLDERS are about."""

    def __init__(self, folders: t.Sequence[t.Sequence[Document]]) -> None:
        self._copied: frozenset[str] = frozenset()
        self.problems: list[str] = []
        """A sentence for each problem that the administrator should fix."""
        self._look_for_copies([one for documents in folders for one in documents])
        self._laptops: dict[str, list[Document]] = collections.defaultdict(list)
        """Name -> one document of each laptop with that name."""
        for documents in folders:
            # A folder belongs to one inventory: another computer in it is a laptop that was replaced or reinstalled.
            latest = {one["laptop"]: one for one in sorted(documents, key=time_of) if self.is_known(one)}
            for name, one in latest.items():
                if all(self._are_two(one, other) for other in self._laptops[name]):
                    self._laptops[name].append(one)
        for name, found in sorted(self._laptops.items()):
            if len(found) > 1:
                shown = ", ".join(sorted(self._label(one) for one in found))
                self.problems.append(
                    f"{len(found)} laptops have the name {name} ({shown}): they are shown apart; name them apart"
                )

    def name(self, one: One) -> str:
        """The name to show for ONE."""
        name = str(one["laptop"])
        found = self._laptops.get(name, [])
        if len(found) < 2:
            return name
        if not self.is_known(one):
            return f"{name} (unknown computer)"
        return f"{name} ({self._label(next((other for other in found if not self._are_two(one, other)), one))})"

    def was_replaced(self, one: One, by: One) -> bool:
        """Whether ONE is about another machine than BY, or about the same one with an earlier computer name."""
        return self._are_two(one, by) or _differ(one["computer"], by["computer"])

    def is_known(self, one: One) -> bool:
        """Whether ONE says which computer it is about."""
        return bool(self._machine(one) or one["computer"])

    def _are_two(self, one: One, other: One) -> bool:
        """Whether ONE and OTHER are certainly about two machines."""
        if self._machine(one) and self._machine(other):
            return self._machine(one) != self._machine(other)
        return _differ(one["computer"], other["computer"])

    def _machine(self, one: One) -> str:
        machine = str(one["machine"]).casefold()
        return "" if machine in self._copied else machine

    def _label(self, one: One) -> str:
        """The computer of ONE; with its machine if another laptop has the same name and the same computer."""
        alike = [each for each in self._laptops[str(one["laptop"])] if not _differ(each["computer"], one["computer"])]
        machine = self._machine(one).rpartition("-")[2]
        if len(alike) < 2 and one["computer"]:
            return str(one["computer"])
        return " ".join(part for part in (str(one["computer"]), f"machine {machine}" if machine else "") if part)

    def _look_for_copies(self, documents: t.Sequence[Document]) -> None:
        named: dict[str, dict[str, set[str]]] = collections.defaultdict(lambda: collections.defaultdict(set))
        for one in documents:
            if one["machine"]:
                named[str(one["machine"]).casefold()][str(one["laptop"])].add(str(one["computer"]).casefold())
        several = {machine: names for machine, names in named.items() if len(names) > 1}
        self._copied = frozenset(several)
        twice = [sorted(names) for names in several.values() if len(set().union(*names.values()) - {""}) == 1]
        if twice:
            shown = "; ".join(" and ".join(names) for names in sorted(twice)[:_SHOWN])
            more = f" and {len(twice) - _SHOWN} more" if len(twice) > _SHOWN else ""
            self.problems.append(
                f"one computer has several names in the inventories and is counted for each: {shown}{more}; leave one"
            )


def _differ(one: str, other: str) -> bool:
    """Whether ONE and OTHER are the names of two computers; an empty one may be any."""
    return bool(one and other) and one.casefold() != other.casefold()


def time_of(one: One) -> str:
    """When ONE was made; UTC, ISO 8601 with Z, so that times sort as text."""
    return str(one["time"])
