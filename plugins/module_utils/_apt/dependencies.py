# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What a package needs and provides, by the fields of its stanza: names, without versions and architectures."""

from __future__ import annotations

import re
import typing as t

Stanza = t.Mapping[str, str]

_NAME_END = re.compile(r"[\s(:\[<]")


def alternatives(field: str) -> t.List[t.List[str]]:
    """A dependency FIELD as groups of alternative names, without versions and architectures."""
    groups = []
    for group in field.split(","):
        names = [name for name in (_NAME_END.split(part.strip(), 1)[0] for part in group.split("|")) if name]
        if names:
            groups.append(names)
    return groups


def needs(stanza: Stanza) -> t.List[t.List[str]]:
    """What the package of STANZA needs, as groups of alternative names."""
    return alternatives(stanza.get("Pre-Depends", "")) + alternatives(stanza.get("Depends", ""))


def provided(stanza: Stanza) -> t.List[str]:
    """The names that the package of STANZA provides, without its own."""
    return [group[0] for group in alternatives(stanza.get("Provides", ""))]


def needed_names(stanzas: t.Iterable[Stanza]) -> t.Set[str]:
    """Every name in a dependency field of the STANZAS."""
    return {name for stanza in stanzas for group in needs(stanza) for name in group}
