# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import expand
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed


def test_steps_are_left_out_and_repeated() -> None:
    steps = expand.expand(
        [
            {"module": "a", "register": "r", "arguments": {"x": 1}},
            {"module": "b", "when": False},
            {
                "module": "c",
                "arguments": {"y": 0},
                "for_each": {"version": ["12.4", "12.8"], "z": [1]},
                "unless": "r.k",
            },
            {"module": "d", "for_each": {"version": []}},
        ]
    )
    assert [(step["module"], step["arguments"]) for step in steps] == [
        ("a", {"x": 1}),
        ("c", {"y": 0, "version": "12.4", "z": 1}),
        ("c", {"y": 0, "version": "12.8", "z": 1}),
    ]
    assert steps[1]["unless"] == "r.k"


@pytest.mark.parametrize(
    ("steps", "stop_if", "message"),
    [
        ([], None, "there is none to run"),
        ([{"module": "a", "when": False}], None, "there is none to run"),
        ([{"module": "a", "unless": "r.k"}], None, "steps: 'r.k' of a is no result"),
        ([{"module": "a", "register": "r", "from_results": {"x": "r.k"}}], None, "steps: 'r.k' of a is no result"),
        ([{"module": "a", "register": "r"}, {"module": "b", "unless": "r"}], None, "steps: 'r' of b is no result"),
        ([{"module": "a", "register": "r"}], "q.k", "stop_if: 'q.k' is no result"),
        (
            [{"module": "wsl_conf", "arguments": {"terminate": True}}],
            None,
            "terminate of wsl_conf would end the work",
        ),
    ],
)
def test_wrong_steps_are_refused(steps: list[dict[str, t.Any]], stop_if: str | None, message: str) -> None:
    with pytest.raises(StepFailed, match=message.replace("(", "\\(")):
        expand.expand(steps, stop_if)


def test_a_step_that_is_left_out_may_still_be_named() -> None:
    steps = [{"module": "a", "register": "r", "when": False}, {"module": "b", "unless": "r.k"}]
    assert len(expand.expand(steps, "r.k")) == 1


@pytest.mark.parametrize(
    ("wanted", "skipped", "kept"),
    [
        (["all"], [], ["a", "b", "c"]),
        (["audit"], [], ["b", "c"]),
        (["toolkit"], [], ["a", "b", "c"]),
        (["all"], ["audit"], ["a", "c"]),
        (["preflight"], [], ["c"]),
    ],
)
def test_tags_choose_steps(wanted: list[str], skipped: list[str], kept: list[str]) -> None:
    steps = [
        {"module": "a", "tags": ["toolkit"]},
        {"module": "b", "tags": ["toolkit", "audit"]},
        {"module": "c"},
        {"module": "d", "when": False},
    ]
    assert [step["module"] for step in expand.expand(expand.tagged(steps, wanted, skipped))] == kept


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ({}, ""),
        ({"proxy": ""}, ""),
        ({"proxy": "http://p:3128"}, "http://p:3128"),
        (
            {"proxy": "http://p:3128", "proxy_username": "a@b", "proxy_password": "c/d"},
            "http://a%40b:c%2Fd@p:3128",
        ),
    ],
)
def test_the_proxy_of_an_order(arguments: dict[str, t.Any], address: str) -> None:
    steps = expand.expand([{"module": "a"}, {"module": "distribution_network", "arguments": arguments}])
    assert expand.proxy(steps) == address


def test_a_step_takes_variables_of_the_host_that_are_set() -> None:
    values = {"cuda_version": "12.8", "cuda_repository_url": "", "cuda_hold": False, "cuda_components": []}
    step = {
        "module": "cuda_toolkit",
        "arguments": {"version": "12.6"},
        "variables": {
            "version": "cuda_version",
            "url": "cuda_repository_url",
            "hold": "cuda_hold",
            "components": "cuda_components",
            "state": "cuda_state",
        },
    }
    (found,) = expand.with_variables([step], values.get)
    assert found["arguments"] == {"version": "12.6", "hold": False, "components": []}
    assert "variables" not in expand.expand([found])[0]


def test_no_variable_of_a_step_that_is_not_to_run_is_worked_out() -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    step = {"module": "cuda_toolkit", "variables": {"version": "cuda_version"}, "when": False}
    assert expand.with_variables([step], refuse)[0]["arguments"] == {}
