# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps, the task's line, and what is taken from what a user can write."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import expand
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as p

SID = "S-1-5-21-1-2-3-1001"
WSL = "C:\\Program Files\\WSL\\wsl.exe"


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
    return expand.expand([{"module": module, "name": f"Do {module}"} for module in modules])


def test_what_the_module_returns() -> None:
    rows: tuple[dict[str, t.Any], ...] = (
        {
            "register": "one",
            "seconds": 1.5,
            "result": {
                "changed": True,
                "diff": {"before": "", "after": "x", "after_header": "/f"},
                "warnings": ["w x"],
                "invocation": {"module_args": {"state": "present"}},
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
        [row] = result["windows_users"]
        assert (row["failed"], row["msg"]) == (False, "")
        assert row["results"] == {"one": {"changed": True, "warnings": ["w x"]}}
        told = [(step["name"], step["changed"], step["skipped"], step["seconds"]) for step in row["steps"]]
        assert told == [("Do a", True, False, 1.5), ("Do b", False, True, 0.0)]
    assert "diff" not in p.as_result([("anna", "S-1", p.Outcome(rows=rows))], planned("a", "b"), diff=False)


@pytest.mark.parametrize(("user", "shown"), [("anna", "anna: Install Python"), ("", "Install Python")])
def test_python_that_was_installed_is_a_change(user: str, shown: str) -> None:
    rows = ({"register": "", "seconds": 0, "result": {"changed": False}},)
    for python in (True, False):
        result = p.as_result([(user, "", p.Outcome(rows=rows, python=python))], planned("a"), diff=False)
        assert result["changed"] is result["windows_users"][0]["changed"] is python
        assert result["steps"] == ([shown] if python else [])


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
    [row] = p.as_result([("anna", "S-1", outcome)], planned("a"), diff=False)["windows_users"]
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
    steps = [*planned("a"), *expand.expand([step]), *planned("c")]
    [row] = p.as_result([("", "", outcome)], steps, diff=False)["windows_users"]
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
    rows = p.as_result([(user, "", outcome)], planned("a"), diff=False)["windows_users"]
    assert p.failures("pc", "Debian", rows) == ([line] if line else [])


def test_a_step_that_is_not_as_expected_has_failed() -> None:
    steps = expand.expand([{"module": "a", "expect": "clean"}, {"module": "b"}])

    def judge(**result: t.Any) -> p.Outcome:
        row = {"register": "", "seconds": 0, "result": result}
        return p.judged(p.Outcome(rows=(row, {**row, "result": {}})), steps)

    assert judge(clean=True).message == ""
    found = judge(clean=False, failures=["a driver", "a stray"])
    assert [row["result"].get("failed") for row in found.rows] == [True, None]
    assert found.rows[0]["result"]["msg"] == "a driver; a stray"
    assert judge().rows[0]["result"]["msg"] == "clean is not true"
    assert judge(failed=True, msg="no").rows[0]["result"]["msg"] == "no"
