# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The moving part of a terminal: a line with numbers, and one for each laptop, as far as they fit. Pure."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import watched as states
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import (
    AWAY,
    BAD,
    PLAIN,
    SOFT,
    Line,
    Marks,
    columns,
    duration,
    fit,
)

_LINES_LEFT = 2
"""Lines that are not used: one for the cursor, one for the last message."""
_NAME = 24
"""Most columns of a name."""
_WITH_BAR = 50
"""Columns from which a terminal has room for a bar."""
_TONES = {states.AT_WORK: PLAIN, states.WAITING: SOFT, states.FAILED: BAD, states.AWAY: AWAY}


def frame(watched: states.Watched, width: int, height: int, marks: Marks, now: float) -> list[Line]:
    """The lines for a terminal of WIDTH and HEIGHT; none of them reaches its last column."""
    numbers = ", ".join(f"{number} {state}" for state, number in watched.counts().items())
    parts = [part for part in (watched.play, numbers, duration(now - watched.began)) if part]
    room = max(height - _LINES_LEFT - 1, 0)
    shown = list(watched.laptops.values())
    more = 0
    if len(shown) > room:
        # In the order of their beginning, so lines do not jump.
        busy = sorted((one for one in shown if one.state == states.AT_WORK), key=lambda one: one.since)
        more = len(busy) - max(room - 1, 0) if len(busy) > room else 0
        shown = busy[: len(busy) - more]
    names = min(max((columns(one.name) for one in shown), default=0), _NAME, max(width // 3, 1))
    lines = [Line(_narrow(marks.between.join(parts), width, marks))]
    lines += [_line(one, names, width, marks, now) for one in shown]
    if more and room:
        lines.append(Line(_narrow(f"  {marks.more} and {more} more at work", width, marks), SOFT))
    return lines


def _line(laptop: states.Laptop, names: int, width: int, marks: Marks, now: float) -> Line:
    mark = {states.AT_WORK: marks.at_work, states.WAITING: " "}.get(laptop.state, marks.failed)
    left = f"  {fit(laptop.name, names, marks.more)} {mark} {_what(laptop, width, marks)}"
    right = f" {duration(now - laptop.since)}" if laptop.state == states.AT_WORK else ""
    return Line(
        (fit(left, max(width - 1 - len(right), 0), marks.more) + right)[: width - 1].rstrip(), _TONES[laptop.state]
    )


def _what(laptop: states.Laptop, width: int, marks: Marks) -> str:
    if laptop.state == states.AT_WORK:
        if laptop.percent is not None:
            return f"{_bar(laptop.percent, width, marks)}{laptop.told}"
        return f"{laptop.step}: {laptop.told}" if laptop.told else laptop.step
    if laptop.state in (states.FAILED, states.AWAY):
        return f"{laptop.state}: {laptop.step}"
    changed = f" ({laptop.changed} changed)" if laptop.changed else ""
    return f"{laptop.step or laptop.state}{changed}"


def _bar(percent: int, width: int, marks: Marks) -> str:
    """A bar and a blank; empty if there is no room."""
    if width < _WITH_BAR:
        return ""
    size = min(width // 5, 24)
    full = size * percent // 100
    return f"{marks.full * full}{marks.empty * (size - full)} "


def _narrow(text: str, width: int, marks: Marks) -> str:
    return fit(text, max(width - 1, 0), marks.more).rstrip()
