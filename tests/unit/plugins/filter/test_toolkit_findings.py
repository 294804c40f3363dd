# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.order_result import order_result
from ansible_collections.wslfleet.cuda.plugins.filter.toolkit_findings import toolkit_findings

AUDIT = {
    "clean": True,
    "default_nvcc": "/usr/local/cuda-12.9/bin/nvcc",
    "driver_packages": [],
    "rows": [
        {"id": "nvcc", "level": "warn", "seen": "ann finds /usr/bin/nvcc"},
        {"id": "nvcc", "level": "ok", "seen": "x"},
        {"id": "guard", "level": "warn", "seen": "y"},
    ],
}
INSTALLED = {"version": "12.8", "nvcc": "/usr/local/cuda-12.8/bin/nvcc", "changed": True}
SMOKE = {"verdict": "ran_on_gpu", "program": "/p", "compiler": "12.8, V12.8.93"}
FOUND: dict[str, t.Any] = {
    **AUDIT,
    "version": "12.8",
    "nvcc": "/usr/local/cuda-12.8/bin/nvcc",
    "installed": True,
    "other_nvcc": "ann finds /usr/bin/nvcc",
    **SMOKE,
}


def one(user: str = "", **results: t.Any) -> dict[str, t.Any]:
    return {"user": user, "results": results}


WHOLE = one(installed=INSTALLED, smoke=SMOKE, audit=AUDIT)


@pytest.mark.parametrize(
    ("people", "check", "found"),
    [
        ([WHOLE], False, FOUND),
        ([WHOLE], True, {**FOUND, "installed": False}),
        ([], False, {}),
        ([one(installed=INSTALLED)], False, {}),
        (
            [one(audit=AUDIT)],
            True,
            {**FOUND, "version": "13.0", "nvcc": "", "verdict": "not_tested", "program": "", "compiler": ""},
        ),
        ([one("ben", audit={"failed": True})], False, {}),
    ],
)
def test_findings(people: list[dict[str, t.Any]], check: bool, found: dict[str, t.Any]) -> None:
    assert toolkit_findings({"windows_users": people}, "13.0", check) == found


def test_findings_of_other_users_stand_by_name() -> None:
    people = [{**WHOLE, "user": "anna"}, one("ben")]
    assert toolkit_findings({"windows_users": people}, "12.8") == {**FOUND, "windows_users": {"anna": FOUND}}


def test_an_order_that_was_not_carried_out_has_no_findings() -> None:
    assert toolkit_findings({"failed": True, "msg": "x"}, "12.8") == {}
    assert order_result({"skipped": True}, "audit") == {}


def test_the_result_of_a_step() -> None:
    assert order_result({"windows_users": [WHOLE]}, "smoke") == SMOKE
    assert order_result({"windows_users": [WHOLE]}, "other") == {}
    people = [one("anna", a={"x": 1}), one("ben", a={"x": 2}), one("eva")]
    assert order_result({"windows_users": people}, "a") == {
        "x": 2,
        "windows_users": {"anna": {"x": 1}, "ben": {"x": 2}},
    }
