# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Old NVIDIA keys and stale source entries: find them in all places, and plan their removal."""

from __future__ import annotations

import binascii
import re
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour, openpgp
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as sources_entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import faults, judgement
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as sources_files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.changes import FileChange
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

KEYRING_PLACES = (
    "/etc/apt/trusted.gpg",
    "/etc/apt/trusted.gpg.d/*",
    "/etc/apt/keyrings/*",
    "/usr/share/keyrings/*",
)
FINGERPRINTS = {"type": "list", "elements": "str", "default": [catalogue.OLD_KEY], "no_log": False}
"""The option of modules that names old keys."""
_BACKUP_ENDINGS = (".bak", "~", ".save", ".disabled")


@dataclass(frozen=True)
class State:
    """What was read. ``removals``: key file -> what is left of it; ``unread``: file -> why the key in it cannot be
    read; ``embedded``: (source file, stanza number) -> what is left of the key in the stanza."""

    keyrings: t.Mapping[str, bytes]
    removals: t.Mapping[str, openpgp.Removal]
    unread: t.Mapping[str, str]
    sources: t.Mapping[str, str]
    missing_keyrings: t.FrozenSet[str]
    embedded: t.Mapping[t.Tuple[str, int], openpgp.Removal] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The changes in order, and what they mean for a person."""

    changes: t.Tuple[FileChange, ...]
    keys: t.Tuple[t.Tuple[str, t.Tuple[str, ...]], ...]
    """(file, fingerprints removed from it)."""
    stale: t.Tuple[judgement.Stale, ...]


def fingerprints_of(module: t.Any) -> t.List[str]:
    """The option FINGERPRINTS of MODULE (an AnsibleModule) in one form. The module fails if one is not a
    fingerprint."""
    found: t.List[str] = []
    try:
        found = [openpgp.normal_fingerprint(item) for item in module.params["fingerprints"]]
    except armour.OpenPgpError as error:
        module.fail_json(msg=f"fingerprints: {error}")
    return found


def observe(system: System, fingerprints: t.Sequence[str]) -> State:
    """Read every key file and every source file. Starts no process."""
    sources = sources_files.read(system)
    entries = sources_entries.parse_all(sources)
    named = {word for entry in entries for word in entry.signed_by.split() if word.startswith("/")}
    keyrings: t.Dict[str, bytes] = {}
    removals: t.Dict[str, openpgp.Removal] = {}
    unread: t.Dict[str, str] = {}
    for path in sorted({*_key_files(system), *named}):
        data = system.read_bytes(path)
        if data is None:
            continue
        keyrings[path] = data
        removal, why = _without(data, fingerprints)
        if why:
            unread[path] = why
        if removal is not None:
            removals[path] = replace(removal, data=_fitting(path, removal.data))
    embedded: t.Dict[t.Tuple[str, int], openpgp.Removal] = {}
    for entry in entries:
        removal, why = _without(sources_entries.embedded_key(entry) if entry.enabled else b"", fingerprints)
        if why:
            unread[entry.path] = why
        if removal is not None:
            embedded[(entry.path, entry.place)] = removal
    gone = {path for path, removal in removals.items() if removal.data is None}
    missing = frozenset(path for path in named if path not in keyrings or path in gone)
    return State(keyrings, removals, unread, sources, missing, embedded)


def _without(data: bytes, fingerprints: t.Sequence[str]) -> t.Tuple[openpgp.Removal | None, str]:
    """What is left of DATA without the keys of FINGERPRINTS; why it cannot be read, if one of them may be in it.

    Files of others in forms of their own do not matter otherwise.
    """
    try:
        return openpgp.remove_keys(data, fingerprints), ""
    except armour.OpenPgpError as error:
        return None, str(error) if _may_hold(data, fingerprints) else ""


def _fitting(path: str, data: bytes | None) -> bytes | None:
    """DATA in the form that the name of PATH promises: apt 2 reads no armor in ``.gpg`` and no packets in ``.asc``."""
    if data is None:
        return None
    if path.endswith(".gpg") and openpgp.form(data) == "armor":
        return b"".join(key.data for key in openpgp.read_keys(data))
    if path.endswith(".asc") and openpgp.form(data) == "binary":
        return armour.armor(data)
    return data


def _may_hold(data: bytes, fingerprints: t.Sequence[str]) -> bool:
    """Whether DATA, which cannot be parsed, contains one of FINGERPRINTS: a signature contains the key id of its
    issuer."""
    places = [data]
    for block in data.split(armour.BEGIN)[1:]:
        body = b"".join(re.findall(rb"(?m)^[A-Za-z0-9+/]{16,}", block))
        places.append(binascii.a2b_base64(body[: len(body) // 4 * 4]))
    return any(bytes.fromhex(item[-16:]) in place for item in fingerprints for place in places)


def _key_files(system: System) -> t.List[str]:
    found = [path for pattern in KEYRING_PLACES for path in system.matching(pattern)]
    return [path for path in found if system.isfile(path) and not path.endswith(_BACKUP_ENDINGS)]


def plan(state: State, wanted: str, own_path: str, when: str) -> Plan:
    """What to do about STATE. WANTED and OWN_PATH: address and file of the source that the role writes (or empty)."""
    entries = sources_entries.parse_all(state.sources)
    spent = {place for place, removal in state.embedded.items() if removal.data is None}
    stale = judgement.judge(entries, wanted, own_path, state.missing_keyrings, spent)
    # NVIDIA's entries that keep apt from working are removed too, also those of the container packages.
    stale += faults.nvidias(state.sources, {item.entry for item in stale}, state.missing_keyrings)
    texts = dict(state.sources)
    for (path, place), removal in state.embedded.items():
        if removal.data is not None:
            texts[path] = sources_entries.with_key(texts[path], place, removal.data)
    edits = judgement.plan_edits(texts, stale, when)
    for path, text in texts.items():
        if text != state.sources[path]:
            edits.setdefault(path, text)
    changes = sources_files.changed(state.sources, edits, when)
    changes += [key_change(state, path, removal, when) for path, removal in sorted(state.removals.items())]
    keys = [(path, removal.removed) for (path, _place), removal in sorted(state.embedded.items())]
    keys += [(path, removal.removed) for path, removal in sorted(state.removals.items())]
    return Plan(tuple(changes), tuple(keys), tuple(stale))


def key_change(state: State, path: str, removal: openpgp.Removal, when: str) -> FileChange:
    """REMOVAL of keys from the keyring at PATH, with a backup; a diff shows fingerprints."""
    return FileChange(
        path,
        state.keyrings[path],
        removal.data,
        backups.backup_name(path, when),
        shown_before="".join(f"key {item}\n" for item in (*removal.removed, *removal.kept)),
        shown_after="".join(f"key {item}\n" for item in removal.kept) or "(no key left)\n",
    )
