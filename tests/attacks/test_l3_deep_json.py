# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""L3: JSON nested 300 deep failed the host and hid what the others had; Ansible walks through results by recursion."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape as shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + "1" + closing * depth


HARMFUL = [
    nested(300),
    nested(300, '{"a":', "}"),
    nested(100_000),
    "[" * 100_000,
    "9" * 5000,
    "NaN",
    "[Infinity]",
    "[-Infinity]",
]


@pytest.mark.parametrize("text", HARMFUL, ids=lambda text: text[:12])
def test_harmful_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"levels|digits|no number|Expecting"):
        shape.loads(text)


@pytest.mark.parametrize("text", HARMFUL, ids=lambda text: text[:12])
def test_it_is_the_failure_of_one_developer(text: str) -> None:
    printed = f'{{"bundle": "Debian", "rows": [{{"module": "m", "register": "r", "result": {{"a": {text}}}}}]}}\n'
    with pytest.raises(StepFailed, match=r"^distribution Debian of anna: the work ended without a result"):
        answers.answer_of_task("distribution Debian of anna", printed.encode(), b"wslfleet-exit-10\n", "Debian")


@pytest.mark.parametrize(
    "value", [{"a": [{"b": [{"c": [1.5, None, True]}]}]}, [[]] * 1000, 10**29, "[" * 1000, -(10**20)]
)
def test_what_modules_return_is_taken(value: t.Any) -> None:
    assert shape.loads(json.dumps(value)) == value


def test_width_costs_no_depth() -> None:
    assert not shape.too_deep([{"a": {}}] * 100_000)
    assert shape.too_deep([0, shape.loads(nested(shape.MOST_LEVELS))])
