# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""History: one line for each laptop and run, the changes between two lines, and the fleet over time. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.versions import versions

Line = t.Dict[str, t.Any]
MAXIMUM_POINTS = 40
"""Most runs that are shown over time; the newest."""
_VERSIONS = {"computer": "computer", "toolkit": "toolkit", "driver": "driver", "wsl": "WSL"}
_SAME = ("time", "laptop", "computer", "machine", "state", "status", "reason")
"""Keys that a line copies from its document."""


def line(one: document.Document) -> Line:
    """The line for the document ONE."""
    found = versions(one)
    return {
        "schema": document.SCHEMA,
        **{name: one[name] for name in _SAME},
        "run": one["run"]["id"],
        "playbook": one["run"]["playbook"],
        "fails": sorted({found["id"] for found in one["findings"] if found["level"] == words.FAIL}),
        "warns": sorted({found["id"] for found in one["findings"] if found["level"] == words.WARN}),
        **{name: found[name] for name in ("toolkit", "driver", "wsl")},
    }


def difference(before: Line, after: Line) -> list[str]:
    """The changes from BEFORE to AFTER, each a part of a sentence. Values that a run did not check have not changed."""
    found = []
    if (before["state"], before["status"]) != (after["state"], after["status"]):
        found.append(f"{before['status']} → {after['status']}")
    if after["state"] in (words.CONFORMING, words.NOT_CONFORMING):
        found += [f"new: {name}" for name in after["fails"] if name not in before["fails"]]
        if after["status"] not in ("failed", "not finished"):
            found += [f"gone: {name}" for name in before["fails"] if name not in after["fails"]]
    if before["machine"] and after["machine"] and before["machine"] != after["machine"]:
        found.append("another machine")
    for name, word in _VERSIONS.items():
        if before[name] and after[name] and before[name].casefold() != after[name].casefold():
            found.append(f"{word} {before[name]} → {after[name]}")
    return found


def points(lines: t.Iterable[Line], laptop_of: t.Callable[[Line], str]) -> list[tuple[str, dict[str, int]]]:
    """The time of each run, and how many laptops were in each state after it; other laptops keep their state.

    :arg lines: sorted by time.
    """
    ends: dict[str, int] = {}
    ordered = list(lines)
    for number, one in enumerate(ordered):
        ends[one["run"]] = number
    shown = set(sorted(ends.values())[-MAXIMUM_POINTS:])
    state: dict[str, str] = {}
    counts: dict[str, int] = dict.fromkeys(words.STATES, 0)
    found = []
    for number, one in enumerate(ordered):
        name = laptop_of(one)
        if name in state:
            counts[state[name]] -= 1
        state[name] = one["state"]
        counts[one["state"]] += 1
        if number in shown:
            found.append((str(one["time"]), dict(counts)))
    return found
