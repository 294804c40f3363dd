# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module's documentation says of its results is what is taken; tests/attacks/ has the ways it is got round."""

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape as shape

GOOD: dict[str, t.Any] = {
    "changed": False,
    "clean": True,
    "driver_packages": [],
    "toolkits": [],
    "default_nvcc": "",
    "failures": [],
    "rows": [{"id": "loader", "row": "G9", "level": "ok", "seen": "WSL's", "remedy": ""}],
}


@pytest.mark.parametrize(
    ("result", "complete"),
    [
        pytest.param(GOOD, True, id="whole"),
        pytest.param({"changed": False}, False, id="a look in between"),
        pytest.param({"failed": True, "msg": "no"}, True, id="a failure"),
        pytest.param({"changed": False, "skipped": True}, True, id="a skipped step"),
        pytest.param({**GOOD, "diff": {"before": "", "after": "x"}}, True, id="a difference"),
        pytest.param({**GOOD, "diff": [{"before": ""}]}, True, id="differences"),
    ],
)
def test_what_fits(result: dict[str, t.Any], complete: bool) -> None:
    assert shape.damage("cuda_audit_info", result, complete) is None


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ([], "it is no dictionary but list"),
        ({**GOOD, "clean": 1}, "clean is int, not bool"),
        ({**GOOD, "driver_packages": 5}, "driver_packages is int, not list"),
        ({**GOOD, "driver_packages": [{}]}, "driver_packages[0] is dict, not str"),
        ({**GOOD, "rows": [{"id": "x"}]}, "rows[0].row is missing"),
        ({**GOOD, "rows": [7]}, "rows[0] is int, not dict"),
        ({**GOOD, "diff": [5]}, "diff is or contains int, not dict"),
        ({**GOOD, "msg": ["x"]}, "msg is list, not str"),
        ({"changed": False}, "clean is missing"),
    ],
)
def test_what_does_not_fit(result: t.Any, words: str) -> None:
    assert shape.damage("cuda_audit_info", result) == words


def test_levels() -> None:
    deep: t.Any = "x"
    for _number in range(shape.MOST_LEVELS + 1):
        deep = [deep]
    assert shape.too_deep(deep) and not shape.too_deep(deep[0])
    assert "levels of lists" in str(shape.damage("cuda_audit_info", {**GOOD, "more": deep}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[NaN]", "NaN is no number"),
        ("1" * 5000, "5000 digits"),
        ("[" * 90_000, "levels"),
        ("[" * 60 + "]" * 60, "levels"),
    ],
)
def test_text_that_is_no_harmless_data(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shape.loads(text)


def test_text() -> None:
    assert shape.loads('{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}


def test_what_is_documented_is_read_as_python_reads_it() -> None:
    for path in shape.MODULES.glob("*.py"):
        module = importlib.import_module(f"ansible_collections.wslfleet.cuda.plugins.modules.{path.stem}")
        assert shape.documented(path.stem) == (yaml.safe_load(module.RETURN) or {}), path.stem
