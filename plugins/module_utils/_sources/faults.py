# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Source entries that apt cannot read, and because of which it refuses to work at all: find them, and whose they are.

The rules are those of apt's sourcelist.cc, the same in apt 2.0 to 3.0. Two entries for one address that differ in
``Signed-By`` or ``Trusted`` have the same effect. NVIDIA's entries are known by their address, or by the name of their
file: an HTML page that was saved as ``nvidia-container-toolkit.list`` contains no address of a repository.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries as sources_entries
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources.entries import Entry
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources.judgement import Stale

HOSTS = (*sources_entries.NVIDIA_HOSTS, "nvidia.github.io")
_FILE = re.compile(r"/(cuda|nvidia|libnvidia)[^/]*$|/archive_uri-https?_developer_download_nvidia_[^/]*$")
_WORDS = re.compile(
    r"\b(?:line|entry|stanza) ([0-9]+) in (?:source list|list file|sources file|source file) ([^\s;]+)"
    r"|Unable to parse package file ([^\s;]+)"
)
_CONFLICT = re.compile(r"Conflicting values set for option (\S+) regarding source (\S+) (\S*?):")


def concerns(output: str) -> bool:
    """Whether apt's OUTPUT says that it cannot read its sources. Needs the C locale."""
    return "The list of sources could not be read" in output


def unreadable(path: str, text: str) -> t.List[Stale]:
    """The entries in the TEXT of PATH that apt cannot read, and why."""
    form = "deb822" if path.endswith(".sources") else "list"
    if form == "list":
        found = [(number, *_line_fault(line)) for number, line in enumerate(text.splitlines())]
    elif any(re.match(r"[^\s#:][^:]*$", line) for line in text.splitlines()):
        return [Stale(Entry(path, 0, form, "", "", (), True), "a line that is no field", whole=True)]
    else:
        found = [(number, *_stanza_fault(stanza)) for number, stanza in enumerate(sources_entries.stanzas(text))]
    return [Stale(Entry(path, number, form, uri, "", (), True), why) for number, why, uri in found if why]


def _line_fault(line: str) -> t.Tuple[str, str]:
    """Why apt cannot read LINE, and the address in it; empty when it can."""
    words = line.partition("#")[0].strip()
    address = next(iter(re.findall(r"[a-z][a-z0-9+.-]*:/\S*", words)), "")
    if not words:
        return "", ""
    kind, rest = [*re.split(r"\s+", words, maxsplit=1), ""][:2]
    if kind not in ("deb", "deb-src"):
        return "no entry of a source: it begins with " + repr(kind[:20]), address
    if rest.startswith("["):
        inside, bracket, rest = rest[1:].partition("]")
        if not bracket or any("=" not in part for part in inside.split()):
            return "its options in brackets are broken", address
    parts = rest.split()
    if not parts or not re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:", parts[0]):
        return "no address", address
    if len(parts) < 2:
        return "no suite after the address", address
    return _suite_fault([parts[1]], parts[2:]), address


def _suite_fault(suites: t.Sequence[str], components: t.Sequence[str]) -> str:
    for suite in suites:
        if suite.endswith("/") and components:
            return f"a component after suite {suite!r}, which ends in a slash"
        if not suite.endswith("/") and not components:
            return f"no component after suite {suite!r}"
    return ""


def _stanza_fault(stanza: str) -> t.Tuple[str, str]:
    fields = sources_entries.fields(stanza)
    address = next(iter(fields.get("uris", "").split()), "")
    if sources_entries.is_disabled(fields):
        return "", address
    for name in ("types", "uris", "suites"):
        if not fields.get(name, "").strip():
            return f"no field {name.capitalize() if name != 'uris' else 'URIs'}", address
    if any(word not in ("deb", "deb-src") for word in fields["types"].split()):
        return f"unknown type {fields['types']!r}", address
    return _suite_fault(fields["suites"].split(), fields.get("components", "").split()), address


def is_nvidias(entry: Entry) -> bool:
    """Whether ENTRY is one of NVIDIA's, by its address, or, where it has none, by the name of its file."""
    host = addresses.split(entry.uri).hostname or ""
    if host:
        return host in HOSTS
    return bool(sources_entries.kind_of(entry.uri)) or (not entry.uri and bool(_FILE.search(entry.path)))


def nvidias(
    texts: t.Mapping[str, str], gone: t.Collection[Entry] = (), missing_keyrings: t.Collection[str] = ()
) -> t.List[Stale]:
    """NVIDIA's entries because of which apt refuses to work: unreadable ones, and those that contradict another entry.

    TEXTS: path -> text. GONE: entries that will be removed anyway. Of two that contradict each other, ours stays, else
    the one whose keyring exists. MISSING_KEYRINGS: paths named by ``signed-by`` that do not exist.
    """
    found = [
        replace(item, reason=f"apt cannot read it: {item.reason}")
        for path, text in texts.items()
        for item in unreadable(path, text)
        # If a page was saved under a name of NVIDIA's, all its lines belong to it, whatever addresses they contain.
        if is_nvidias(item.entry) or _FILE.search(item.entry.path)
    ]
    broken = {(item.entry.path, item.entry.place) for item in found}
    entries = [
        entry
        for entry in sources_entries.parse_all(texts)
        if entry.enabled and is_nvidias(entry) and entry not in gone and (entry.path, entry.place) not in broken
    ]

    def worth(entry: Entry) -> t.Tuple[bool, bool]:
        keyrings = [word for word in entry.signed_by.split() if word.startswith("/")]
        ours = texts[entry.path].startswith(sources_entries.MARK)
        return not ours, not keyrings or all(path in missing_keyrings for path in keyrings)

    first: t.Dict[str, Entry] = {}
    for entry in sorted(entries, key=worth):
        twin = first.setdefault(entry.address, entry)
        if twin is not entry and _trust(twin) != _trust(entry):
            found.append(Stale(entry, f"conflicts with {twin.path}"))
    return found


def _trust(entry: Entry) -> t.Tuple[str, str]:
    return entry.signed_by, dict(entry.options).get("trusted", "")


def advice(words: str, texts: t.Mapping[str, str]) -> str:
    """What to do about a source that apt cannot read according to its WORDS, with file and line; empty for other
    words."""
    match = _WORDS.search(words)
    if match:
        path = match.group(2) or match.group(3)
        return f"repair {path}, or rename it to {path}.disabled, because apt reads only names with .list and .sources"
    match = _CONFLICT.search(words)
    if not match:
        return ""
    option, uri, suite = match.groups()
    address = sources_entries.normal_address(uri, suite or "/")
    places = [
        f"{entry.path} ({'line' if entry.form == 'list' else 'stanza'} {entry.place + 1})"
        for entry in sources_entries.parse_all(texts)
        if entry.enabled and entry.address == address
    ]
    return f"{' and '.join(places)} name one source with another {option}: keep one of them" if places else ""
