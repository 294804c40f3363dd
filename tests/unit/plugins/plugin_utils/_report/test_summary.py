# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table at the end of provision: the word for each laptop, its reason, and the order."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.fleet_summary import FilterModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import summary

READY = {"ready": True, "status": "ready", "wsl_version": "2.6.3.0", "distribution": {"name": "Debian-12"}}
TOOLKIT = {"version": "12.8", "clean": True, "installed": True, "driver_packages": [], "compiler": ""}

STATES: dict[str, tuple[dict[str, t.Any], str, str]] = {
    "provisioned": ({"windows_host_result": READY, "cuda_toolkit_result": TOOLKIT}, "provisioned", ""),
    "check mode": (
        {"windows_host_result": READY, "cuda_toolkit_result": {**TOOLKIT, "installed": False}},
        "would be provisioned",
        "",
    ),
    "not clean": (
        {"windows_host_result": READY, "cuda_toolkit_result": {**TOOLKIT, "clean": False}},
        "would be provisioned",
        "",
    ),
    "another nvcc": (
        {"windows_host_result": READY, "cuda_toolkit_result": {**TOOLKIT, "other_nvcc": "ann finds /usr/bin/nvcc"}},
        "not as asked",
        "ann finds /usr/bin/nvcc",
    ),
    "off": (
        {"__windows_host_info": {"unreachable": True, "msg": "x: no route: wake it", "cause": "off"}},
        "off",
        "no route: wake it",
    ),
    "lost inside": ({"__cuda_toolkit_source": {"unreachable": True, "msg": "gone"}}, "unreachable", "gone"),
    "failed": (
        {"windows_host_result": READY, "__cuda_toolkit_source": {"failed": True, "msg": "x: 404\nNot Found"}},
        "failed",
        "404 Not Found",
    ),
    "failed in a loop": (
        {
            "__cuda_toolkit_more": {
                "failed": True,
                "msg": "One or more",
                "results": [{"msg": "a"}, {"failed": True, "msg": "b"}],
            }
        },
        "failed",
        "b",
    ),
    "escape sequences": ({"__cuda_toolkit_x": {"failed": True, "msg": "a\x1b]52;c;x\x07b"}}, "failed", ""),
    "restart": (
        {"windows_host_result": {"ready": False, "status": "awaiting restart", "reason": "policy never\n(feature)"}},
        "awaiting restart",
        "policy never (feature)",
    ),
    "logon": ({"windows_host_result": {"status": "awaiting logon of ben"}}, "awaiting logon of ben", ""),
    "handed over": ({"windows_host_result": {"status": "handed over", "hand_over": {"name": "U"}}}, "handed over", ""),
    "nothing asked": ({}, "not begun", ""),
    "a task of the run": ({"__wslfleet_run_answer": {"skipped": True}}, "not begun", ""),
    "nothing known": ({"__windows_host_refused": {"changed": False}}, "failed", "see its messages above"),
    "tags": ({"__windows_host_seen": {}, "ansible_run_tags": ["preflight"]}, "partly run", "--tags"),
    "tags left out": ({"windows_host_result": READY, "ansible_skip_tags": ["toolkit"]}, "partly run", "--skip-tags"),
    "tags, and a wait": (
        {"windows_host_result": {"status": "awaiting restart"}, "ansible_run_tags": ["wsl"]},
        "awaiting restart",
        "",
    ),
    "tags, and a failure": (
        {"__windows_host_x": {"failed": True, "msg": "b"}, "ansible_run_tags": ["wsl"]},
        "failed",
        "b",
    ),
    "every tag": (
        {
            "windows_host_result": READY,
            "cuda_toolkit_result": TOOLKIT,
            "ansible_run_tags": ["all"],
            "ansible_skip_tags": [],
        },
        "provisioned",
        "",
    ),
    "tags, and yet all of it": (
        {"windows_host_result": READY, "cuda_toolkit_result": TOOLKIT, "ansible_skip_tags": ["mine"]},
        "provisioned",
        "",
    ),
    "on battery": (
        {"__wslfleet_now": {"changed": False}, "__wslfleet_put_off": "it runs on battery"},
        "put off",
        "it runs on battery",
    ),
    "failed without a result": ({"windows_host_result": READY}, "failed", "see its messages above"),
    "of another's": (
        {"site_task": {"failed": True, "msg": "no"}, "windows_host_result": READY, "cuda_toolkit_result": TOOLKIT},
        "provisioned",
        "",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_status_and_reason(state: str) -> None:
    variables, status, reason = STATES[state]
    (row,) = summary.rows(["x"], {"x": variables})
    assert row["status"] == status
    assert reason in row["reason"] and bool(row["reason"]) is bool(reason or state == "escape sequences")
    assert "\x1b" not in row["reason"] and "\n" not in row["reason"]


def test_what_needs_a_person_comes_first() -> None:
    found = summary.rows(list(STATES), {name: state[0] for name, state in STATES.items()})
    fine = ["provisioned", "handed over", "every tag", "tags, and yet all of it", "of another's"]
    assert [row["laptop"] for row in found[-5:]] == fine
    words = [row["status"] for row in found]
    waiting = [index for index, word in enumerate(words) if word.startswith(("awaiting", "would"))]
    assert max(index for index, word in enumerate(words) if word in ("failed", "off")) < min(waiting)


def test_check_mode_claims_nothing() -> None:
    variables, _status, _reason = STATES["check mode"]
    (row,) = FilterModule().filters()["fleet_summary"](["x"], {"x": variables})
    assert row["toolkit"] == "12.8 (would be installed)"


@pytest.mark.parametrize(
    ("default", "shown"),
    [("12.8", "12.8"), ("12.9", "12.8 (shells find /usr/local/cuda-12.9/bin/nvcc)"), ("", "12.8")],
)
def test_a_shell_that_finds_another_toolkit_is_told(default: str, shown: str) -> None:
    nvccs = {
        "nvcc": "/usr/local/cuda-12.8/bin/nvcc",
        "default_nvcc": default and f"/usr/local/cuda-{default}/bin/nvcc",
    }
    variables = {"windows_host_result": READY, "cuda_toolkit_result": {**TOOLKIT, **nvccs}}
    (row,) = summary.rows(["x"], {"x": variables})
    assert (row["toolkit"], row["status"]) == (shown, "provisioned")
