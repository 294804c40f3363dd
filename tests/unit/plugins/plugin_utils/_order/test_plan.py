# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps, the task's line, and what is taken from what a user can write."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

SID = "S-1-5-21-1-2-3-1001"
WSL = "C:\\Program Files\\WSL\\wsl.exe"


def test_steps_are_left_out_and_repeated() -> None:
    steps = p.expand(
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
        p.expand(steps, stop_if)


def test_a_step_that_is_left_out_may_still_be_named() -> None:
    steps = [{"module": "a", "register": "r", "when": False}, {"module": "b", "unless": "r.k"}]
    assert len(p.expand(steps, "r.k")) == 1


def test_the_line_of_the_task() -> None:
    line = p.task_line("Debian", SID, WSL, logged_on=True)
    mine = f"C:\\Program Files\\wslfleet\\bundle-Debian\\{SID}"
    assert line == (
        "set WSLFLEET_SESSION=1&set WSLENV=WSLFLEET_SESSION/u&"
        'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" -d Debian -u root --cd / --exec /bin/sh -c'
        ' "IFS=;set -f;read -r c;eval $c" <"'
        f'{mine}-payload.bin"'
        f' >"{mine}-out.txt" 2>"{mine}-err.txt"&&"C:\\Program Files\\WSL\\wsl.exe" --terminate Debian'
        f'&del /f /q "{mine}-payload.bin"&echo ended>"{mine}-done.txt"'
    )
    assert "WSLFLEET_SESSION" not in p.task_line("Debian", SID, WSL, logged_on=False)


def planned(*modules: str) -> list[p.Step]:
    return p.expand([{"module": module, "name": f"Do {module}"} for module in modules])


def test_what_the_module_returns() -> None:
    rows: tuple[dict[str, t.Any], ...] = (
        {
            "register": "one",
            "seconds": 1.5,
            "result": {
                "changed": True,
                "diff": {"before": "", "after": "x", "after_header": "/f"},
                "warnings": ["w x"],
            },
        },
        {
            "register": "",
            "seconds": 0.0,
            "result": {"changed": False, "skipped": True, "diff": [{"prepared": "+"}, 5], "warnings": 7},
        },
    )
    for user, who in (("anna", "anna: "), ("", "")):
        result = p.as_result([(user, "", p.Outcome(rows=rows))], planned("a", "b"), diff=True)
        header = f"{who}Do a: /f"
        first = {"before": "", "after": "x", "before_header": header, "after_header": header}
        assert (result["changed"], result["diff"]) == (True, [first, {"prepared": f"{who}Do b\n+"}])
        assert (result["warnings"], result["steps"]) == ([f"{who}w x"], [f"{who}Do a"])
        [row] = result["developers"]
        assert (row["failed"], row["msg"], list(row["results"])) == (False, "", ["one"])
        told = [(step["name"], step["changed"], step["skipped"], step["seconds"]) for step in row["steps"]]
        assert told == [("Do a", True, False, 1.5), ("Do b", False, True, 0.0)]
    assert "diff" not in p.as_result([("anna", "S-1", p.Outcome(rows=rows))], planned("a", "b"), diff=False)


def failed(**result: t.Any) -> p.Outcome:
    return p.Outcome(rows=({"register": "", "seconds": 0, "result": {"failed": True, **result}},))


@pytest.mark.parametrize(
    ("outcome", "failed", "msg", "reason"),
    [
        (p.Outcome(), False, "", ""),
        (p.Outcome(failure="why"), True, "why", ""),
        (p.Outcome(waiting="on_battery"), False, "", "the laptop runs on battery; run again when it is on mains"),
        (failed(msg="no key"), True, "no key", ""),
        (failed(), True, "it gave no reason", ""),
    ],
)
def test_what_became_of_a_developer(outcome: p.Outcome, failed: bool, msg: str, reason: str) -> None:
    [row] = p.as_result([("anna", "S-1", outcome)], planned("a"), diff=False)["developers"]
    assert (row["failed"], row["msg"], row["reason"]) == (failed, msg, reason)


ONE_DONE = ({"register": "", "seconds": 0, "result": {}},)


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (p.Outcome(rows=ONE_DONE * 4), []),
        (failed(msg="no key"), ["Do b (1)", "Do b (2)", "Do c"]),
        (p.Outcome(waiting="on_battery"), ["Do a", "Do b (1)", "Do b (2)", "Do c"]),
        (p.Outcome(failure="stopped", rows=ONE_DONE, under_way=True), ["Do b (2)", "Do c"]),
        (p.Outcome(failure="nobody knows how far it was"), []),
    ],
)
def test_which_steps_were_not_begun(outcome: p.Outcome, left: list[str]) -> None:
    step = {"module": "b", "name": "Do b", "for_each": {"version": ["1", "2"]}}
    steps = [*planned("a"), *p.expand([step]), *planned("c")]
    [row] = p.as_result([("", "", outcome)], steps, diff=False)["developers"]
    assert row["not_begun"] == left


@pytest.mark.parametrize(
    ("outcome", "user", "line"),
    [
        (failed(msg="no key"), "", "pc: distribution Debian: Do a: no key"),
        (failed(msg="no key"), "anna", "pc: distribution Debian of anna: Do a: no key"),
        (p.Outcome(failure="distribution Debian of anna: gone"), "anna", "pc: distribution Debian of anna: gone"),
        (p.Outcome(), "anna", None),
    ],
)
def test_a_failure_names_host_distribution_and_step(outcome: p.Outcome, user: str, line: str | None) -> None:
    rows = p.as_result([(user, "", outcome)], planned("a"), diff=False)["developers"]
    assert p.failures("pc", "Debian", rows) == ([line] if line else [])


def test_a_step_that_is_not_as_expected_has_failed() -> None:
    steps = p.expand([{"module": "a", "expect": "clean"}, {"module": "b"}])

    def judge(**result: t.Any) -> p.Outcome:
        row = {"register": "", "seconds": 0, "result": result}
        return p.judged(p.Outcome(rows=(row, {**row, "result": {}})), steps)

    assert judge(clean=True).message == ""
    found = judge(clean=False, failures=["a driver", "a stray"])
    assert [row["result"].get("failed") for row in found.rows] == [True, None]
    assert found.rows[0]["result"]["msg"] == "a driver; a stray"
    assert judge().rows[0]["result"]["msg"] == "clean is not true"
    assert judge(failed=True, msg="no").rows[0]["result"]["msg"] == "no"


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
    assert [step["module"] for step in p.expand(p.tagged(steps, wanted, skipped))] == kept


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
    steps = p.expand([{"module": "a"}, {"module": "distribution_network", "arguments": arguments}])
    assert p.proxy(steps) == address


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
    (found,) = p.with_variables([step], values.get)
    assert found["arguments"] == {"version": "12.6", "hold": False, "components": []}
    assert "variables" not in p.expand([found])[0]


def test_no_variable_of_a_step_that_is_not_to_run_is_worked_out() -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    step = {"module": "cuda_toolkit", "variables": {"version": "cuda_version"}, "when": False}
    assert p.with_variables([step], refuse)[0]["arguments"] == {}
