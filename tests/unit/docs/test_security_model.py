# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page on the security model and the attacks in tests/attacks name the same findings."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PAGE = (ROOT / "docs/docsite/rst/security_model.rst").read_text()
FILES = sorted(path.name for path in (ROOT / "tests/attacks").glob("test_*.py"))
ROWS = dict(re.findall(r"(?ms)^   \* - ([HML]\d)\n.*?^     - ``(test_\S+)``$", PAGE))
NUMBERS = [*(f"H{n}" for n in range(1, 6)), *(f"M{n}" for n in range(1, 6)), *(f"L{n}" for n in range(1, 7))]


def test_every_finding_is_on_the_page() -> None:
    assert list(ROWS) == NUMBERS


def test_every_number_has_an_attack() -> None:
    lacking = [number for number, pattern in ROWS.items() if not fnmatch.filter(FILES, pattern)]
    assert lacking == []


def test_every_attack_is_on_the_page() -> None:
    assert [name for name in FILES if not any(fnmatch.fnmatch(name, pattern) for pattern in ROWS.values())] == []


def test_every_attack_says_its_number() -> None:
    for name in FILES:
        said = (ROOT / "tests/attacks" / name).read_text().splitlines()[2]
        assert re.match(rf'"""{name[5:7].upper()}(\([a-z]\))?: ', said), f"{name}: {said}"
