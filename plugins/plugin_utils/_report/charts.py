# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Charts of the report as inline SVG, without inline styles, so the page's policy can forbid those. Pure."""

from __future__ import annotations

import typing as t
from html import escape

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words

_MARKS = {words.NOT_CONFORMING: "▲", words.UNREACHABLE: "○", words.UNKNOWN_STATE: "◆", words.CONFORMING: "●"}
_WIDTH, _HEIGHT, _LEFT, _FOOT = 640, 190, 44, 20
MAXIMUM_BARS = 8


def tiles(counts: t.Mapping[str, int]) -> str:
    """One button for each state, which shows its laptops."""
    return "".join(
        f'<button type="button" class="tile s-{state}" data-state="{state}" aria-pressed="false">'
        f"<b>{counts[state]:,}</b><span><i>{_MARKS[state]}</i>{words.STATE_NAMES[state]}</span></button>"
        for state in words.AS_SHOWN
    )


def share(counts: t.Mapping[str, int]) -> str:
    """One bar of all laptops, by state."""
    total = sum(counts.values())
    parts, start = [], 0.0
    for state in words.AS_SHOWN:
        width = 1000 * counts[state] / total if total else 0
        parts.append(f'<rect class="s-{state}" x="{start:.1f}" width="{width:.1f}" height="10"/>')
        start += width
    return (
        '<div class="share" aria-hidden="true"><svg viewBox="0 0 1000 10" preserveAspectRatio="none">'
        f"{''.join(parts)}</svg></div>"
    )


def bars(title: str, pairs: t.Sequence[tuple[str, int]], css: str = "", none: str = "") -> str:
    """A card with one bar for each of PAIRS; rare ones share a bar."""
    shown = list(pairs[:MAXIMUM_BARS])
    rest = pairs[MAXIMUM_BARS:]
    if rest:
        shown.append((f"{len(rest)} others", sum(number for _name, number in rest)))
    largest = max((number for _name, number in shown), default=1)
    items = "".join(
        f'<li><span title="{escape(name)}">{escape(name)}</span><b>{number:,}</b>'
        '<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="6"/>'
        f'<rect class="fill" width="{100 * number / largest:.1f}" height="6"/>'
        "</svg></li>"
        for name, number in shown
    )
    inner = f'<ul class="bars {css}">{items}</ul>' if items else f"<p>{escape(none)}</p>"
    return card(title, inner)


def card(title: str, inner: str, css: str = "") -> str:
    """A card with a TITLE; INNER is HTML."""
    return f'<section class="card {css}"><h3>{escape(title)}</h3>{inner}</section>\n'


def over_time(points: t.Sequence[tuple[str, dict[str, int]]]) -> str:
    """A card with one column for each run, and the same as a table."""
    if len(points) < 2:
        return card("Over time", "<p>From the second run on this shows how the fleet gets on.</p>", "double")
    largest = max(1, *(sum(counts.values()) for _time, counts in points))
    step = (_WIDTH - _LEFT) / len(points)
    floor = _HEIGHT - _FOOT
    drawn = "".join(
        _column(points[place][1], _LEFT + place * step, step, floor, largest) for place in range(len(points))
    )
    first, last = _shown(points[0][0]), _shown(points[-1][0])
    if first[:10] != last[:10]:
        first, last = first[:10], last[:10]
    axis = (
        f'<line class="axis" x1="{_LEFT}" y1="{floor}" x2="{_WIDTH}" y2="{floor}"/>'
        f'<text x="{_LEFT - 6}" y="12" text-anchor="end">{largest:,}</text>'
        f'<text x="{_LEFT - 6}" y="{floor}" text-anchor="end">0</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 4}">{first}</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT - 4}" text-anchor="end">{last}</text>'
    )
    chart = (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Laptops by state after each of the last'
        f' {len(points)} runs, {first} to {last}">{axis}{drawn}</svg>'
    )
    return card("Over time", chart + _legend() + _figures(points), "double")


def _column(counts: t.Mapping[str, int], left: float, step: float, floor: int, largest: int) -> str:
    width = max(2.0, min(26.0, step * 0.72))
    parts, bottom = [], float(floor)
    for state in words.AS_SHOWN:
        height = (floor - 4) * counts[state] / largest
        bottom -= height
        if height:
            x = left + (step - width) / 2
            parts.append(
                f'<rect class="s-{state}" x="{x:.1f}" y="{bottom:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
            )
    return "".join(parts)


def _legend() -> str:
    items = (
        f'<li class="s-{state}"><i>{_MARKS[state]}</i> {words.STATE_NAMES[state]}</li>' for state in words.AS_SHOWN
    )
    return f'<ul class="legend" aria-hidden="true">{"".join(items)}</ul>'


def _figures(points: t.Sequence[tuple[str, dict[str, int]]]) -> str:
    head = "".join(f'<th scope="col">{words.STATE_NAMES[state]}</th>' for state in words.AS_SHOWN)
    body = "".join(
        f'<tr><th scope="row">{_shown(time)}</th>'
        + "".join(f"<td>{counts[state]:,}</td>" for state in words.AS_SHOWN)
        + "</tr>"
        for time, counts in reversed(points)
    )
    return (
        '<details class="figures"><summary>Figures</summary><table><thead><tr><th scope="col">Run</th>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )


def _shown(time: str) -> str:
    return escape(time[:16].replace("T", " "))
