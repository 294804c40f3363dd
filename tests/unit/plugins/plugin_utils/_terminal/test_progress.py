# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of progress: what an action shows is what a callback reads, and nothing else is."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import progress


def test_what_is_shown_is_read() -> None:
    shown = progress.line("laptop-7", "apt 43%: Unpacking \x1b[2J")
    assert shown == r"[laptop-7] apt 43%: Unpacking \x1b[2J"
    assert progress.read(shown) == ("laptop-7", r"apt 43%: Unpacking \x1b[2J")


@pytest.mark.parametrize("text", ["", "hello", "[laptop-7]", "[a] b\nc", " [a] b", "fatal: [a]: FAILED!"])
def test_everything_else_is_none(text: str) -> None:
    assert progress.read(text) is None


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("apt 0%: x", 0),
        ("apt 100%: x", 100),
        ("anna: apt 7.5%: y", 7),
        ("101%", None),
        ("1000%", None),
        ("apt: x", None),
    ],
)
def test_how_far_it_is(text: str, percent: int | None) -> None:
    assert progress.percent(text) == percent
