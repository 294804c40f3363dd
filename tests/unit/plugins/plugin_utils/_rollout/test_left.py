# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of what a rollout has left."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import outcome
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout import left

NOBODY = "!all\n"


def test_all_that_is_left_and_each_reason_apart() -> None:
    words = {"a": "ok", "b": "failed", "c": "off", "d": "put off", "e": "not begun", "f": "waiting", "g": "went away"}
    found = left.files(words, {}, list(words))
    assert found == {
        "left.limit": "b\nc\nd\ne\nf\ng\n", "failed.limit": "b\n", "out_of_reach.limit": "c\n",
        "put_off.limit": "d\n", "not_begun.limit": "e\n", "waiting.limit": "f\n", "not_finished.limit": "g\n",
    }  # fmt: skip


def test_where_nobody_is_left_the_files_name_nobody() -> None:
    """An empty one would be taken for all hosts."""
    assert set(left.files({"a": "ok", "b": "done"}, {}, ["a", "b"]).values()) == {NOBODY}


def test_who_did_not_take_part_this_time_stays_left() -> None:
    before = {"left.limit": "a\nb\ngone\n", "failed.limit": "b\n", "put_off.limit": "a\n", "not_begun.limit": "gone\n"}
    found = left.files({"a": "ok"}, before, ["a", "b"])
    assert (found["left.limit"], found["failed.limit"], found["put_off.limit"]) == ("b\n", "b\n", NOBODY)
    assert found["not_begun.limit"] == NOBODY  # It is not in the inventory any more.


def test_files_that_named_nobody_are_no_laptops() -> None:
    assert left.files({"a": "failed"}, {"left.limit": NOBODY}, ["a", "!all"])["left.limit"] == "a\n"


@pytest.mark.parametrize("word", outcome.OUTCOMES)
def test_every_outcome_is_done_or_left_for_one_reason(word: str) -> None:
    parts = [name for name, words in left.PARTS.items() if word in words]
    done = (outcome.OK, outcome.DONE, outcome.WOULD_CHANGE, outcome.NOT_LOOKED_AT)
    assert len(parts) == (0 if word in done else 1)
