# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when the unit tests reach too few lines or too few branches of plugins/; each is judged by itself.

    python -m scripts.gates.coverage .cache/coverage.json

coverage itself joins the two: many lines could then hide branches that no test takes.
"""

from __future__ import annotations

import json
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

MINIMUM = 90.0
"""Per cent, of the lines and of the branches."""


@dataclass(frozen=True)
class Share:
    """COVERED of ALL; WHAT they are."""

    what: str
    covered: int
    all: int

    @property
    def per_cent(self) -> float:
        """The share; of nothing, all is covered."""
        return 100.0 * self.covered / self.all if self.all else 100.0


def shares(totals: dict[str, t.Any]) -> list[Share]:
    """Lines and branches in the TOTALS of coverage's JSON report. Raises KeyError when branches were not measured."""
    return [
        Share("lines", totals["covered_lines"], totals["num_statements"]),
        Share("branches", totals["covered_branches"], totals["num_branches"]),
    ]


def problems(found: list[Share]) -> list[str]:
    """What is below the minimum."""
    return [
        f"unit tests reach {each.per_cent:.1f} % of the {each.what} of plugins/, {MINIMUM:.0f} % is the minimum"
        for each in found
        if each.per_cent < MINIMUM
    ]


def main(report: Path) -> int:
    """Print the shares, and what is wrong."""
    found = shares(json.loads(report.read_text(encoding="utf-8"))["totals"])
    print("note: plugins/ " + ", ".join(f"{each.what} {each.per_cent:.1f} %" for each in found), flush=True)
    wrong = problems(found)
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
