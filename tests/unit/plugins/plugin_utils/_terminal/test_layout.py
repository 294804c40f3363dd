# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moving part of the terminal, at sizes that terminals have."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import layout, line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.watched import Watched


def four() -> Watched:
    watched = Watched(100.0)
    watched.begins("Provision the laptops", ["a-1", "b-2", "c-3", "d-4"])
    watched.starts("a-1", "Install the toolkit", 160.0)
    watched.tells("a-1", "apt 50%: Unpacking cuda-toolkit-12-8")
    watched.starts("b-2", "Read the host", 171.0)
    watched.fails("c-3", "Install WSL", "no space")
    watched.starts("d-4", "Install WSL", 150.0)
    watched.done("d-4", changed=True)
    return watched


def shown(watched: Watched, width: int, height: int, marks: line.Marks = line.UNICODE) -> list[str]:
    return [one.text for one in layout.frame(watched, width, height, marks, 172.0)]


def test_one_line_for_each_laptop() -> None:
    assert shown(four(), 80, 24) == [
        "Provision the laptops · 2 at work, 1 waiting, 1 failed · 1:12",
        "  a-1 ▸ ████████░░░░░░░░ apt 50%: Unpacking cuda-toolkit-12-8              0:12",
        "  b-2 ▸ Read the host                                                      0:01",
        "  c-3 ✗ failed: Install WSL",
        "  d-4   Install WSL (1 changed)",
    ]


def test_narrow_and_without_unicode() -> None:
    assert shown(four(), 40, 24, line.ASCII) == [
        "Provision the laptops - 2 at work, 1 w~",
        "  a-1 > apt 50%: Unpacking cuda-t~ 0:12",
        "  b-2 > Read the host              0:01",
        "  c-3 x failed: Install WSL",
        "  d-4   Install WSL (1 changed)",
    ]


def test_with_many_laptops_there_is_a_window_on_those_at_work() -> None:
    watched = Watched(100.0)
    watched.begins("Audit", [f"laptop-{number:03}" for number in range(500)])
    for number in range(40):
        watched.starts(f"laptop-{number:03}", "Read the host", 140.0 - number)
    lines = shown(watched, 80, 10)
    assert lines[0] == "Audit · 40 at work, 460 waiting · 1:12"
    assert [text.split()[0] for text in lines[1:7]] == [f"laptop-{39 - number:03}" for number in range(6)]
    assert lines[7:] == ["  … and 34 more at work"]
    watched.done("laptop-039")
    assert shown(watched, 80, 10)[1].split()[0] == "laptop-038"


def test_nobody_at_work_among_many() -> None:
    watched = Watched(100.0)
    watched.begins("Audit", [f"laptop-{number:03}" for number in range(500)])
    assert shown(watched, 80, 24) == ["Audit · 500 waiting · 1:12"]


@pytest.mark.parametrize("height", (1, 2, 3, 4, 6, 24))
def test_no_line_reaches_the_last_column_and_the_cursor_has_its_line(height: int) -> None:
    watched = four()
    watched.begins("日本語のプレイ", ["ラップトップ", *watched.laptops])
    watched.starts("ラップトップ", "ステップ", 1.0)
    watched.tells("ラップトップ", "33% ダウンロード")
    for width in range(1, 130):
        lines = shown(watched, width, height)
        assert len(lines) <= max(height - 2, 1)
        assert all(line.columns(text) <= width - 1 for text in lines)
