# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The end of a run on the terminal: one table by outcome and reason, what to do next, and how long it took. Pure."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome as words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import (
    AWAY,
    BAD,
    CHANGED,
    GOOD,
    PLAIN,
    SOFT,
    Line,
    columns,
    duration,
    wrapped,
)

LIMITED = 40
"""Most laptops after ``--limit``; more are written to a file."""
LONGEST_REASON = 400
_NARROW = 64
"""Columns that the table needs for cells next to each other."""
_AGAIN = "run again"
NEXT = {
    words.FAILED: f"fix the errors above, then {_AGAIN}",
    words.NOT_FINISHED: f"{_AGAIN}; it continues where it stopped",
    words.NOT_LOOKED_AT: "run wslfleet.cuda.audit, which checks everything",
    words.NOT_IN_ORDER: "do what the remedies say, or run wslfleet.cuda.provision or wslfleet.cuda.repair",
    words.WENT_AWAY: f"{_AGAIN} when they are back; it continues where it stopped",
    words.OUT_OF_REACH: f"fix the connection as the errors above say, then {_AGAIN}",
    words.OFF: f"{_AGAIN} when they are switched on",
    words.NOT_BEGUN: f"{_AGAIN} for them",
    words.PUT_OFF: f"{_AGAIN} when nothing prevents it any more",
    words.WAITING: f"wait until that has happened, then {_AGAIN}; it continues where it stopped",
    words.WOULD_CHANGE: "run without --check to change them",
}
"""Outcome -> what to do, the worst first. The others need nothing."""
_TONES = {
    words.FAILED: BAD,
    words.NOT_FINISHED: BAD,
    words.NOT_IN_ORDER: BAD,
    words.WENT_AWAY: AWAY,
    words.OUT_OF_REACH: AWAY,
    words.OFF: AWAY,
    words.WAITING: CHANGED,
    words.PUT_OFF: CHANGED,
    words.WOULD_CHANGE: CHANGED,
    words.OK: GOOD,
    words.DONE: GOOD,
}


@dataclass(frozen=True)
class Verdict:
    """The outcome of one laptop."""

    laptop: str
    outcome: str
    """One of ``outcome.OUTCOMES``."""
    cause: str = ""
    """In a form that is the same for many laptops."""
    reason: str = ""
    """In a form for this laptop."""


def lines(verdicts: t.Sequence[Verdict], seconds: float, width: int, limit: str = "") -> list[Line]:
    """All lines of the end.

    :arg limit: path of a file that names the laptops which need another run; empty: there is none.
    """
    if not verdicts:
        return [Line("no laptop took part in this run", CHANGED)]
    took = Line(f"{len(verdicts)} {'laptop' if len(verdicts) == 1 else 'laptops'} in {duration(seconds)}")
    return [Line(""), *_table(verdicts, width), *_next(verdicts, limit), took]


def _table(verdicts: t.Sequence[Verdict], width: int) -> list[Line]:
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for one in verdicts:
        groups.setdefault((one.outcome, one.cause), []).append(one)
    worst_first = list(reversed(words.OUTCOMES))
    ordered = sorted(groups, key=lambda key: (worst_first.index(key[0]), -len(groups[key]), key[1]))
    cells = [
        (key[0], str(len(groups[key])), _reason(groups[key]), words.named([one.laptop for one in groups[key]]))
        for key in ordered
    ]
    tones = [_TONES.get(key[0], PLAIN) for key in ordered]
    if width < _NARROW:
        return [Line(text, tone) for each, tone in zip(cells, tones) for text in _below(each, width)]
    cells.insert(0, ("outcome", "laptops", "reason", "which"))
    return [Line(text, tone) for each, tone in zip(cells, [SOFT, *tones]) for text in _beside(each, cells, width)]


def _reason(group: t.Sequence[Verdict]) -> str:
    first = group[0]
    texts = {one.reason for one in group}
    others = "; the others say something else" if len(texts) > 1 else ""
    parts = [part for part in (first.cause, first.reason[:LONGEST_REASON]) if part]
    return ": ".join(dict.fromkeys(parts)) + others


def _beside(cells: t.Sequence[str], table: t.Sequence[t.Sequence[str]], width: int) -> list[str]:
    first = max(columns(row[0]) for row in table)
    second = max(columns(row[1]) for row in table)
    left = width - 1 - first - second - 6
    third = min(max(columns(row[2]) for row in table), left * 3 // 5)
    sizes = (first, second, third)
    parts = itertools.zip_longest(
        [cells[0]], [cells[1].rjust(second)], wrapped(cells[2], third), wrapped(cells[3], left - third), fillvalue=""
    )
    return [
        "  ".join([*(text + " " * (size - columns(text)) for text, size in zip(line, sizes)), line[3]]).rstrip()
        for line in parts
    ]


def _below(cells: t.Sequence[str], width: int) -> list[str]:
    inside = [text for cell in cells[2:] for text in wrapped(cell, width - 3) if text]
    return [f"{cells[0]}: {cells[1]}", *(f"  {text}" for text in inside)]


def _next(verdicts: t.Sequence[Verdict], limit: str) -> list[Line]:
    needed = [outcome for outcome in NEXT if any(one.outcome == outcome for one in verdicts)]
    if not needed:
        return []
    names = [one.laptop for one in verdicts if one.outcome in NEXT]
    found = [Line("next:"), *(Line(f"  {outcome}: {NEXT[outcome]}") for outcome in needed)]
    if limit:
        return [*found, Line(f"  only these: --limit @{limit}")]
    if len(names) <= LIMITED:
        return [*found, Line(f"  only these: --limit {','.join(names)}")]
    return [*found, Line("  only these: set wslfleet_report, which leaves a file for --limit")]
