# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Remove names of users and computers from documents, for readers who must not know whose laptops they are. Pure.

Names are replaced everywhere, also in messages. A laptop always gets the same pseudonym, so its history continues. The
number of its machine gets one too, because other lists contain it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import typing as t

_PROFILE = re.compile(r"(?i)(\b[a-z]:\\users\\)(?!public\b|default\b|user\b)[^\\/:*?\"<>|,;]+?(?=[\\\"',;:)]|\s|$)")
_HOME = re.compile(r"(/home/)[^/\s\"',;:)]+")
_SID = re.compile(r"\bS-1-(?:5-21|12-1)(?:-\d+){3,}")
_ADDRESS = re.compile(r"\b(?:10|127|169|172|192)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b(?!\.?\d)")
"""Addresses inside an organisation. Versions of WSL and of drivers have four numbers too, but begin with others."""


def pseudonym(key: bytes, laptop: str) -> str:
    """Always the same for LAPTOP and KEY; it cannot be traced back without the key."""
    return f"laptop-{_hidden(key, laptop)}"


def _hidden(key: bytes, name: str) -> str:
    return hmac.new(key, name.casefold().encode(), hashlib.sha256).hexdigest()[:10]


def without_names(document: dict[str, t.Any], key: bytes, people: t.Iterable[str]) -> dict[str, t.Any]:
    """DOCUMENT without the name of its laptop, its computer, and PEOPLE."""
    name = pseudonym(key, document["laptop"])
    known = dict.fromkeys((document["laptop"], document["laptop"].split(".")[0], document["computer"]), name)
    known.update({person: f"user-{number}" for number, person in enumerate(sorted(set(people)), 1)})
    # Longer names first: ada-admin is not ada.
    found = sorted((word for word in known if len(word) > 1), key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in found) or r"(?!)", re.IGNORECASE)
    lower = {word.casefold(): other for word, other in known.items()}

    def hidden(value: t.Any) -> t.Any:
        if isinstance(value, str):
            text = pattern.sub(lambda match: lower[match.group().casefold()], value)
            text = _HOME.sub(r"\1user", _PROFILE.sub(r"\1user", text))
            return _ADDRESS.sub("an address", _SID.sub("S-…", text))
        if isinstance(value, dict):
            return {each: hidden(part) for each, part in value.items()}
        if isinstance(value, list):
            return [hidden(part) for part in value]
        return value

    kept = {each: document[each] for each in ("schema", "run", "rows", "groups", "wsl", "windows", "time", "state")}
    machine = document["machine"] and f"machine-{_hidden(key, document['machine'])}"
    return {**hidden(document), **kept, "laptop": name, "computer": "", "machine": machine}
