# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which of NVIDIA's entries conflict with the wanted one, and how they are disabled."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as sources_entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources.entries import Entry


@dataclass(frozen=True)
class Stale:
    """An entry that must be removed, and why."""

    entry: Entry
    reason: str
    whole: bool = False
    """Because of it, apt cannot read anything in the file."""


def judge(
    entries: t.Sequence[Entry],
    wanted: str,
    own_path: str,
    missing_keyrings: t.Collection[str],
    spent: t.Collection[t.Tuple[str, int]] = (),
) -> t.List[Stale]:
    """The NVIDIA entries that must go. Disabled ones and other people's sources stay.

    WANTED is the address (a URL) that the role writes, empty if unknown; OWN_PATH is its file. MISSING_KEYRINGS are
    paths in ``signed-by`` that do not exist, or will not exist without the old keys. SPENT are (path, place) of stanzas
    whose embedded key is an old one: they must go, no matter whose they are, because the key cannot be removed without
    them.
    """
    address = sources_entries.normal_address(wanted, "/") if wanted else ""
    stale: t.List[Stale] = []
    first: t.Dict[str, Entry] = {}
    ordered = sorted(entries, key=lambda entry: entry.path != own_path)
    for entry in ordered:
        if entry.enabled and (entry.path, entry.place) in spent:
            stale.append(Stale(entry, "the key embedded in it is an old one"))
            continue
        if not entry.enabled or not (sources_entries.kind_of(entry.uri) or entry.address == address):
            continue
        reason = _why_stale(entry, address, own_path, missing_keyrings, first.get(entry.address))
        if reason:
            stale.append(Stale(entry, reason))
        else:
            first.setdefault(entry.address, entry)
    return stale


def _why_stale(
    entry: Entry, address: str, own_path: str, missing_keyrings: t.Collection[str], twin: Entry | None
) -> str:
    if entry.path == own_path:
        return ""
    if sources_entries.kind_of(entry.uri) == "machine-learning":
        return "machine-learning repository, no longer updated"
    if entry.address == address:
        return "duplicate of the source that wslfleet.cuda writes"
    if not entry.signed_by and "trusted" not in dict(entry.options):
        return "no signed-by"
    if entry.signed_by.startswith("/") and all(path in missing_keyrings for path in entry.signed_by.split()):
        return f"its keyring {entry.signed_by} is missing or contained only an old key"
    if twin is not None:
        clash = twin.form != entry.form or twin.options != entry.options
        return f"{'conflicts with' if clash else 'repeats'} {twin.path}"
    return ""


def plan_edits(texts: t.Mapping[str, str], stale: t.Sequence[Stale], when: str) -> t.Dict[str, str | None]:
    """Path -> new text for each file with STALE entries, which are disabled in it.

    None if nothing else is in the file, which is then renamed.
    """
    edits: t.Dict[str, str | None] = {}
    for path in sorted({item.entry.path for item in stale}):
        mine = [item for item in stale if item.entry.path == path]
        gone = {item.entry for item in mine}
        others = [entry for entry in sources_entries.parse(path, texts[path]) if entry not in gone]
        alone = not others or any(item.whole for item in mine)
        rename = alone and not path.endswith("/sources.list")
        edits[path] = None if rename else _switch_off(path, texts[path], mine, when)
    return edits


def _switch_off(path: str, text: str, stale: t.Sequence[Stale], when: str) -> str:
    places = {item.entry.place for item in stale}
    if not path.endswith(".sources"):
        lines = text.splitlines(True)
        return "".join(f"# wslfleet {when}: {line}" if number in places else line for number, line in enumerate(lines))
    return sources_entries.with_stanzas(text, places, lambda stanza: _disable(stanza, when))


def _disable(stanza: str, when: str) -> str:
    without = "\n".join(line for line in stanza.split("\n") if not line.lower().startswith("enabled:"))
    # The comment must not be a paragraph before the stanza: without the blank line, two stanzas would become one.
    return re.sub(r"(?m)^(?=[A-Za-z])", f"# wslfleet {when}\nEnabled: no\n", without, count=1)
