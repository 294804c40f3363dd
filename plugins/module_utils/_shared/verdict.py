# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One verdict about a host or a distribution. Preflight and audit both return this."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

OK, INFO, WARN, STOP = "ok", "info", "warn", "stop"
"""How bad it is. info: unknown, or good to know. stop: not as it should be, so nothing is changed."""


@dataclass(frozen=True)
class Verdict:
    """What was looked at, how bad it is, what was seen, what to do."""

    id: str
    """What was looked at, in the word that guides and errors use: ``driver_packages``."""
    row: str
    """Row of NVIDIA's guide, ``G9``; empty if the guide does not mention it."""
    level: str
    seen: str
    remedy: str = ""


def some(texts: t.Sequence[str], most: int, separator: str = ", ") -> str:
    """The first MOST of TEXTS, and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return separator.join(texts[:most]) + more


def as_result(verdicts: t.Sequence[Verdict]) -> t.List[t.Dict[str, str]]:
    """VERDICTS as results of modules hold them."""
    return [asdict(verdict) for verdict in verdicts]


def lines(verdicts: t.Sequence[Verdict], level: str) -> t.List[str]:
    """The VERDICTS of one LEVEL, one line each: what, what was seen, what to do."""
    chosen = [verdict for verdict in verdicts if verdict.level == level]
    return [f"{verdict.id}: {verdict.seen}" + (f": {verdict.remedy}" if verdict.remedy else "") for verdict in chosen]
