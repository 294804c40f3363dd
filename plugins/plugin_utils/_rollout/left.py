# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The laptops that remain after a rollout: files for ``--limit @FILE``, one with all, and one for each reason. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.tables import NOBODY, limit_of

LEFT = "left.limit"
"""The file with all laptops for the next run."""
PARTS = {
    "failed.limit": (outcome.FAILED, outcome.NOT_IN_ORDER),
    "not_finished.limit": (outcome.NOT_FINISHED, outcome.WENT_AWAY),
    "out_of_reach.limit": (outcome.OFF, outcome.OUT_OF_REACH),
    "waiting.limit": (outcome.WAITING,),
    "put_off.limit": (outcome.PUT_OFF,),
    "not_begun.limit": (outcome.NOT_BEGUN,),
}
"""File -> the outcome of its laptops."""
_OF_ANY_PART = frozenset(word for words in PARTS.values() for word in words)


def files(outcomes: t.Mapping[str, str], before: t.Mapping[str, str], known: t.Collection[str]) -> dict[str, str]:
    """File -> its new text.

    :arg outcomes: laptop of this run -> its outcome.
    :arg before: file -> its text so far. Laptops that are not in this run, because of ``--limit`` for example, remain.
    :arg known: the hosts of the inventory: others are removed from the files.
    """
    told = {name: [one for one, word in outcomes.items() if word in words] for name, words in PARTS.items()}
    told[LEFT] = [one for one, word in outcomes.items() if word in _OF_ANY_PART]
    return {
        name: limit_of([*names, *(one for one in _names(before.get(name, "")) if one in known and one not in outcomes)])
        for name, names in told.items()
    }


def _names(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and line.strip() != NOBODY]
