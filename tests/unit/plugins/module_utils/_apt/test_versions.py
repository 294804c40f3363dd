# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shutil
import subprocess

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import versions as d

PAIRS = [
    ("12.8.0-1", "12.8.1-1", -1),
    ("12.8.61-1", "12.8.93-1", -1),
    ("12.10-1", "12.9-1", 1),
    ("1.0", "1.0-1", -1),
    ("1.0-1", "1.0-1", 0),
    ("1.0~rc1-1", "1.0-1", -1),
    ("1:0.1", "2.0", 1),
    ("6.3-2ubuntu0.1", "6.3-2", 1),
    ("2024.6.2.225-246235244400v0", "2024.6.2.225-1", 1),
    ("1.0a", "1.0+", -1),
    ("", "1", -1),
    ("570.124.06-0ubuntu1", "570.124.6-0ubuntu1", 0),
]


@pytest.mark.parametrize(("left", "right", "order"), PAIRS)
def test_order(left: str, right: str, order: int) -> None:
    assert d.compare(left, right) == order
    assert d.compare(right, left) == -order


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs dpkg")
@pytest.mark.parametrize(("left", "right", "order"), [pair for pair in PAIRS if pair[0]])
def test_dpkg_says_the_same(left: str, right: str, order: int) -> None:
    word = {-1: "lt", 0: "eq", 1: "gt"}[order]
    assert subprocess.run(["dpkg", "--compare-versions", left, word, right], check=False).returncode == 0


@pytest.mark.parametrize(
    ("version", "operator", "wanted", "meets"),
    [
        ("1-1", "", "", True),
        ("12.8.90-1", ">=", "12.8.90", True),
        ("12.8.57-1", ">=", "12.8.90", False),
        ("1", "=", "1", True),
        ("1", "<<", "2", True),
        ("1", ">>", "2", False),
        ("1", "<=", "1", True),
    ],
)
def test_satisfies(version: str, operator: str, wanted: str, meets: bool) -> None:
    assert d.satisfies(version, operator, wanted) is meets
