# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts are SVG without styles, with figures beside them, and escape what they show."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import charts

COUNTS = {"conforming": 1200, "not_conforming": 30, "unknown": 0, "unreachable": 7}
POINTS = [(f"2026-11-{day:02}T10:00:00Z", {**COUNTS, "unknown": day}) for day in range(1, 11)]


def test_tiles_are_buttons_with_numbers() -> None:
    text = charts.tiles(COUNTS)
    assert text.index('data-state="conforming"') < text.index('data-state="unreachable"')
    assert text.count("<button") == 4 and "<b>1,200</b>" in text


def test_the_shares_fill_the_bar() -> None:
    bar = ET.fromstring(charts.share(COUNTS))
    assert sum(float(rect.attrib["width"]) for rect in bar.iter("rect")) > 999
    assert charts.share(dict.fromkeys(COUNTS, 0)).count('width="0.0"') == 4


def test_bars_put_the_rare_ones_together() -> None:
    text = charts.bars("Driver", [(f"{number}.0", 1) for number in range(20)])
    assert text.count("<li>") == 9 and "12 others" in text
    assert "<p>none</p>" in charts.bars("Driver", [], none="none")


def test_text_is_escaped() -> None:
    assert "<script>" not in charts.bars("<script>", [('<script>"', 1)], none="<script>")


def test_over_time_has_a_column_for_each_run_and_the_figures() -> None:
    root = ET.fromstring(charts.over_time(POINTS))
    assert len(list(root.iter("rect"))) == 40
    assert len(list(root.iter("tr"))) == 11
    assert [svg.attrib["role"] for svg in root.iter("svg")] == ["img"]
    assert ">2026-11-01<" in charts.over_time(POINTS) and ">2026-11-10<" in charts.over_time(POINTS)
    assert ">2026-11-01 10:00<" in charts.over_time([POINTS[0], POINTS[0]])
    assert "From the second run on" in charts.over_time(POINTS[:1])
