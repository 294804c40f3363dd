# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines and branches are judged apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.gates import coverage


@pytest.mark.parametrize(
    ("lines", "branches", "told"),
    [
        ((90, 100), (9, 10), []),
        ((99, 100), (89, 100), ["unit tests reach 89.0 % of the branches of plugins/, 90 % is the minimum"]),
        ((899, 1000), (100, 100), ["unit tests reach 89.9 % of the lines of plugins/, 90 % is the minimum"]),
        ((0, 0), (0, 0), []),
    ],
)
def test_both_need_their_share(
    lines: tuple[int, int],
    branches: tuple[int, int],
    told: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    totals = {"covered_lines": lines[0], "num_statements": lines[1]}
    totals |= {"covered_branches": branches[0], "num_branches": branches[1]}
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"totals": totals}))
    assert coverage.main(report) == (1 if told else 0)
    assert capsys.readouterr().err.splitlines() == told


def test_branches_must_be_measured() -> None:
    with pytest.raises(KeyError):
        coverage.shares({"covered_lines": 1, "num_statements": 1})
