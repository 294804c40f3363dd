# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.looks import together


def difference(after: str, name: str = "/f") -> dict[str, t.Any]:
    return {"before_header": name, "after_header": name, "before": "", "after": after}


EMPTY = {"before": "", "after": ""}
PLAIN = {"before": "", "after": "a\n"}
WARNING = {"msg": "of ansible-core 2.19", "event": {}}


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([{"changed": True, "diff": EMPTY}], {"changed": True, "diff": EMPTY}),
        ([{"changed": True, "version": "1"}, {"changed": False}], {"changed": False}),
        (
            [{"diff": [difference("1"), difference("p", "packages")]}, {}, {"diff": [difference("2")]}],
            {"diff": [difference("2"), difference("p", "packages")]},
        ),
        ([{"diff": PLAIN}, {"diff": EMPTY}], {"diff": [PLAIN]}),
        ([{"diff": EMPTY}, {"diff": EMPTY}], {"diff": EMPTY}),
        (
            [{"warnings": ["a", WARNING], "notes": ["n"]}, {"warnings": [WARNING, "b"], "notes": []}],
            {"warnings": ["a", WARNING, "b"], "notes": ["n"]},
        ),
    ],
    ids=["one look", "the last counts", "the later difference", "without a header", "nothing to show", "texts"],
)
def test_together(looks: list[dict[str, t.Any]], expected: dict[str, t.Any]) -> None:
    assert together(looks) == expected
