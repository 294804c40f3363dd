# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that documents and reports share."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([], "unknown"),
        (["pass", "not_applicable"], "pass"),
        (["pass", "unknown"], "unknown"),
        (["warn", "fail"], "fail"),
    ],
)
def test_the_worst_level(levels: list[str], expected: str) -> None:
    assert words.worst(levels) == expected


def test_every_state_is_shown_and_named() -> None:
    assert set(words.STATES) == set(words.AS_SHOWN) == set(words.STATE_NAMES)
    assert list(words.ROWS) == [f"G{number}" for number in range(1, 25)]
