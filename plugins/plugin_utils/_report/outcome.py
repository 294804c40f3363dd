# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The outcome of each laptop of a run as one word, and of all laptops in one line. Pure."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words

OK, DONE, WOULD_CHANGE, WAITING, PUT_OFF = "ok", "done", "would be changed", "waiting", "put off"
NOT_BEGUN, OFF, OUT_OF_REACH, WENT_AWAY = "not begun", "off", "out of reach", "went away"
NOT_IN_ORDER, NOT_LOOKED_AT, NOT_FINISHED, FAILED = "not in order", "not looked at", "not finished", "failed"
OUTCOMES = (
    OK,
    DONE,
    WOULD_CHANGE,
    WAITING,
    PUT_OFF,
    NOT_BEGUN,
    OFF,
    OUT_OF_REACH,
    WENT_AWAY,
    NOT_IN_ORDER,
    NOT_LOOKED_AT,
    NOT_FINISHED,
    FAILED,
)
"""In the order of the line at the end of a run: good ones first, failed ones last. ``done``: the run has worked on
the laptop without checking everything, as a repair does."""
NAMED = 8
"""Laptops that are named in one row."""
_BY_STATUS = {
    "failed": FAILED,
    "put off": PUT_OFF,
    "would be provisioned": WOULD_CHANGE,
    "not in order": NOT_IN_ORDER,
    "not provisioned": NOT_IN_ORDER,
    "not finished": NOT_FINISHED,
}


def outcome(state: str, status: str, worked: bool = False, reached: bool = False, would_change: bool = False) -> str:
    """The outcome of a laptop, from its document.

    :arg worked: whether the run worked in its distribution, or has done all its tests.
    :arg reached: whether the laptop has answered in this run.
    :arg would_change: whether a run in check mode has found something to change.
    """
    if state == words.CONFORMING:
        return WOULD_CHANGE if would_change else OK
    if state == words.UNREACHABLE:
        return WENT_AWAY if reached else OFF if status == OFF else OUT_OF_REACH
    if status.startswith("awaiting"):
        return WAITING
    return _BY_STATUS.get(status) or (WOULD_CHANGE if would_change else DONE if worked else NOT_LOOKED_AT)


def counts(outcomes: t.Iterable[str]) -> dict[str, int]:
    """Outcome -> how many laptops, for every outcome, with underscores for programs."""
    found = collections.Counter(outcomes)
    return {one.replace(" ", "_"): found[one] for one in OUTCOMES}


def sentence(outcomes: t.Iterable[str]) -> str:
    """The last line of a run: 291 ok, 4 waiting, 3 off, 2 failed."""
    found = collections.Counter(outcomes)
    first = DONE if found[DONE] and not found[OK] else OK
    return ", ".join(f"{found[one]} {one}" for one in OUTCOMES if found[one] or one == first)


def named(laptops: t.Sequence[str]) -> str:
    """The names of LAPTOPS, as many as one row of a table has room for; the files of the report name all."""
    more = f" and {len(laptops) - NAMED} more" if len(laptops) > NAMED else ""
    return ", ".join(laptops[:NAMED]) + more
