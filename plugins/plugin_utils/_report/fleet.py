# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The fleet, from the documents of its laptops, of several runs, controllers and job slices. Pure."""

from __future__ import annotations

import collections
import datetime
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import history, shape, words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Document, judged
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import WINDOWS
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.identity import Identities, time_of
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions

CLOCKS_APART = datetime.timedelta(minutes=5)
_LASTING = ("computer", "machine", "windows", "wsl", "gpus", "distributions", "containers")
"""Keys that are taken from an older document if a newer run did not check them."""


@dataclass
class Found:
    """What was read from one folder."""

    folder: str
    documents: list[Document] = field(default_factory=list)
    history: list[history.Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What was left out, and why; one sentence each."""


@dataclass(frozen=True)
class Laptop:
    """One laptop, from all its documents."""

    name: str
    """The name to show: with the computer if two laptops have the same name."""
    document: Document
    audited: str
    """When its distribution was last checked; if it never was, when Windows was."""
    changed: tuple[str, ...] = ()
    """What changed since its last run."""

    @property
    def state(self) -> str:
        """One of words.STATES."""
        return str(self.document["state"])

    @property
    def cause(self) -> str:
        """Why it is not conforming, in a form that is the same for many laptops."""
        document = self.document
        if document["status"] == "failed" and document["error"]:
            return f"failed: {document['error']['step']}"
        found = (str(one["id"]) for one in document["findings"] if one["level"] == words.FAIL)
        status = str(document["status"])
        return next(found, status) if status == "not in order" else status


@dataclass(frozen=True)
class Fleet:
    """All laptops; those that need a person come first."""

    made: str
    laptops: tuple[Laptop, ...]
    over_time: tuple[tuple[str, dict[str, int]], ...]
    problems: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """State -> how many laptops."""
        found = collections.Counter(laptop.state for laptop in self.laptops)
        return {state: found[state] for state in words.STATES}

    def causes(self) -> list[tuple[str, int]]:
        """Reason -> how many laptops, the most frequent first; without those that conform."""
        return _ranked(laptop.cause for laptop in self.laptops if laptop.state != words.CONFORMING)

    def versions(self, name: str) -> list[tuple[str, int]]:
        """Version of NAME, see ``versions`` -> how many laptops, the most frequent first."""
        return _ranked(versions(laptop.document)[name] or "unknown" for laptop in self.laptops)

    def sentence(self) -> str:
        """The last line of a run: 291 conforming, 4 not conforming."""
        counts = self.counts()
        return ", ".join(f"{counts[state]} {words.STATE_NAMES[state].lower()}" for state in words.AS_SHOWN)


def merge(sources: t.Sequence[Found], now: str) -> Fleet:
    """The fleet from SOURCES.

    :arg now: by this controller's clock; UTC, ISO 8601 with Z.
    """
    problems = [
        f"{source.folder}: {problem}" if len(sources) > 1 else problem
        for source in sources
        for problem in source.problems
    ]
    problems += [text for source in sources if (text := _clock(source, now))]
    identities = Identities([source.documents for source in sources])
    problems += identities.problems
    # A laptop has one line for each run, but a folder may have been copied into another one.
    distinct = {
        (one["run"], one["laptop"], one["computer"], one["machine"]): one
        for source in sources
        for one in source.history
    }
    lines = sorted(distinct.values(), key=lambda one: min(time_of(one), now))
    by_name: dict[str, list[history.Line]] = collections.defaultdict(list)
    for one in lines:
        by_name[identities.name(one)].append(one)
    documents: dict[str, list[Document]] = collections.defaultdict(list)
    for source in sources:
        for each in source.documents:
            documents[identities.name(each)].append(each)
    laptops = []
    for name, parts in documents.items():
        kept, replaced = _of_one_computer(name, parts, identities, now)
        problems += replaced
        laptops.append(_laptop(name, kept, by_name[name], now))
    laptops.sort(key=lambda laptop: (words.STATES.index(laptop.state), laptop.name))
    return Fleet(now, tuple(laptops), tuple(history.points(lines, identities.name)), tuple(problems))


def _ranked(names: t.Iterable[str]) -> list[tuple[str, int]]:
    return sorted(collections.Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))


def _clock(source: Found, now: str) -> str:
    """A sentence if the clock that wrote SOURCE is ahead of ours; otherwise empty."""
    latest = max(map(time_of, source.documents), default=now)
    ahead = datetime.datetime.strptime(latest, shape.TIME) - datetime.datetime.strptime(now, shape.TIME)
    if ahead <= CLOCKS_APART:
        return ""
    minutes = int(ahead.total_seconds() // 60)
    return (
        f"{source.folder} has documents that are {minutes} minutes ahead of this controller's clock: set the clocks of"
        " the controllers right; which of two documents is the newer one can be wrong"
    )


def _of_one_computer(
    name: str, documents: list[Document], identities: Identities, now: str
) -> tuple[list[Document], list[str]]:
    """The DOCUMENTS about the computer that has NAME now, and a sentence if another one had it before.

    Findings on a computer that was replaced, or installed again under another name, do not apply to this one.
    """
    ordered = sorted(documents, key=lambda one: min(time_of(one), now), reverse=True)
    known = [one for one in ordered if identities.is_known(one)]
    others = [one for one in known if identities.was_replaced(one, by=known[0])]
    if not others:
        return documents, []
    since = min(time_of(one) for one in known if one not in others)
    # A document without a computer, of a laptop that is off for example, is about the computer of that time.
    kept = [one for one in ordered if one not in others and (one in known or time_of(one) > time_of(others[0]))]
    before, after = others[0]["computer"], known[0]["computer"]
    if before and after and before.casefold() != after.casefold():
        text = f"{name} is the computer {after} since {since}, and was {before} before"
    else:
        text = f"{name} is another machine since {since} than before"
    return kept, [f"{text}: what was found on that one is left out"]


def _laptop(name: str, documents: list[Document], lines: list[history.Line], now: str) -> Laptop:
    ordered = sorted(documents, key=lambda one: min(time_of(one), now), reverse=True)
    merged = dict(ordered[0])
    current = True
    for newer, older in zip(ordered, ordered[1:]):
        current = current and not (newer["changes"] and not newer["run"]["check"])
        for each in _LASTING:
            merged[each] = older[each] if merged[each] in (None, "") else merged[each]
        if current:
            merged["toolkits"] = older["toolkits"] if merged["toolkits"] is None else merged["toolkits"]
            # Findings of a side are only kept if the newer run did not check it: a removed distribution has none.
            sides = {one["about"] == WINDOWS for one in merged["findings"]}
            more = [one for one in older["findings"] if (one["about"] == WINDOWS) not in sides]
            merged["findings"] = merged["findings"] + more
            if merged["status"] == "not looked at" and older["status"] != "not looked at":
                merged.update({each: older[each] for each in ("state", "status", "reason", "error", "waits_for")})
    if merged["status"] == "not looked at" and not current:
        merged["reason"] = "it was changed since the last audit: run the audit"
    merged.update(judged(merged["findings"]))
    looked = [one for one in ordered if one["toolkits"] is not None] or [one for one in ordered if one["windows"]]
    changed = history.difference(lines[-2], lines[-1]) if len(lines) > 1 else []
    return Laptop(name, merged, time_of((looked or ordered)[0]), tuple(changed))
