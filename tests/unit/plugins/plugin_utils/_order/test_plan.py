# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps, the task's line, and what is taken from what a user can write."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

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


def printed(rows: t.Any, name: str = "Debian") -> bytes:
    return json.dumps({"bundle": name, "rows": rows}).encode() + b"\n"


ROW = {"module": "m", "register": "r", "result": {"changed": True, "_ansible_x": 1, "ansible_facts": {"a": 1}}}


def test_only_what_has_the_shape_of_a_result_is_taken() -> None:
    good = printed([ROW])
    [row] = p.rows_of("x", b"noise\n" + good, b"wslfleet-exit-10\n", "Debian")
    result = {"changed": True, "failed": False}
    assert row == {"name": "m", "module": "m", "register": "r", "seconds": 0.0, "result": result}


@pytest.mark.parametrize(
    ("stdout", "stderr", "message"),
    [
        (b"", b"wslfleet-exit-11\n", "x: it has no /usr/bin/python3"),
        (b"Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n", b"", "x: no distribution has that name"),
        (b"", b"execvpe(/bin/sh) failed", "x: it has no /bin/sh"),
        (b"", b"", "x: it stopped before the work ended"),
        (b"", b"a\nb\nwslfleet-exit-1\n", "x: the work ended without a result .b."),
    ],
)
def test_why_there_is_no_result(stdout: bytes, stderr: bytes, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        p.rows_of("x", stdout, stderr, "Debian")


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("a\nb", "a b"),
        ({"event": {"msg": "a  b", "__ansible_type": "Event"}, "__ansible_type": "WarningSummary"}, "a b"),
        ({"msg": "a"}, "a"),
        ({"event": 5}, "5"),
        (None, "None"),
    ],
)
def test_warnings_of_every_core_become_texts(sent: t.Any, text: str) -> None:
    row = {**ROW, "result": {"warnings": [sent], "exception": "Traceback", "deprecations": "x"}}
    [found] = p.rows_of("x", printed([row]), b"wslfleet-exit-10\n", "Debian")
    assert found["result"] == {"warnings": [text], "deprecations": "x", "failed": False}


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"[1]\n",
        printed([ROW], "Ubuntu"),
        printed([{"module": "m"}]),
        printed(["x"]),
        printed([{**ROW, "result": "x"}]),
        printed([{**ROW, "result": None}]),
        printed(5),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_anything_else_is_refused(stdout: bytes) -> None:
    with pytest.raises(StepFailed, match="x: the work ended without a result"):
        p.rows_of("x", stdout, b"wslfleet-exit-10\n", "Debian")


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


def test_what_a_look_finds() -> None:
    state = {"bundle": "Debian", "id": "1", "rows": [ROW], "step": "Do b", "ended": False, "alive": True}
    transaction = {"id": "t", "progress": 4.2, "text": "Unpacking x", "log": "/l"}
    printed = json.dumps({**state, "transaction": transaction, "python": True}).encode()
    found = p.answer_in("x", Completed(10, b"noise\n" + printed + b"\nThe operation completed.\n", b""), "Debian")
    assert (found.id, found.step, found.ended, found.alive, found.python) == ("1", "Do b", False, True, True)
    assert found.transaction == {"id": "t", "progress": 4.2, "text": "Unpacking x"}
    assert p.why_unfinished(found) == (
        "the distribution was stopped in the middle of step 'Do b' (done before: m); run again"
    )
