# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of explained differences, differences.yml, and which of its entries a difference matches."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("differences.yml")
SIDES = ("lab", "wine", "neither")


@dataclass(frozen=True)
class Difference:
    """In what (WHAT) the answers to a line in a scene differ."""

    line: str
    scene: str
    what: str
    wine: object
    lab: object

    def __str__(self) -> str:
        """Everything that is needed to look into it."""
        return f"{self.what}, {self.scene}: {self.line}\n    Wine: {self.wine}\n    lab:  {self.lab}"


@dataclass
class Entry:
    """One explanation: what must be found in the line and in the answers, who answers as Windows, and why."""

    what: str
    line: re.Pattern[str]
    wine: re.Pattern[str]
    lab: re.Pattern[str]
    right: str
    reason: str
    source: str
    explains: list[Difference] = field(default_factory=list)

    def matches(self, difference: Difference) -> bool:
        """Whether this explains DIFFERENCE."""
        return (
            self.what == difference.what
            and bool(self.line.search(difference.line))
            and bool(self.wine.search(str(difference.wine)))
            and bool(self.lab.search(str(difference.lab)))
        )


class TableError(Exception):
    """The table is not as it should be; one line."""


def read(file: Path = TABLE) -> list[Entry]:
    """The entries of the table. Raises TableError."""
    return [_entry(number, raw) for number, raw in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")), 1)]


def _entry(number: int, raw: t.Any) -> Entry:
    keys = {"what", "line", "wine", "lab", "right", "reason", "source"}
    if (
        not isinstance(raw, dict)
        or set(raw) != keys
        or not all(isinstance(text, str) and text for text in raw.values())
    ):
        raise TableError(f"differences.yml: entry {number} needs texts for exactly: {', '.join(sorted(keys))}")
    if raw["right"] not in SIDES:
        raise TableError(f"differences.yml: entry {number}: right is one of: {', '.join(SIDES)}")
    line, wine, lab = (re.compile(raw[name], re.DOTALL) for name in ("line", "wine", "lab"))
    return Entry(raw["what"], line, wine, lab, raw["right"], raw["reason"], raw["source"])


def unexplained(found: Sequence[Difference], table: Sequence[Entry]) -> list[Difference]:
    """The differences of FOUND that no entry of TABLE explains; the others are noted with their entries."""
    wrong = []
    for difference in found:
        entries = [entry for entry in table if entry.matches(difference)]
        for entry in entries:
            entry.explains.append(difference)
        if not entries:
            wrong.append(difference)
    return wrong


def unneeded(table: Sequence[Entry]) -> list[Entry]:
    """The entries of TABLE that have explained nothing."""
    return [entry for entry in table if not entry.explains]
