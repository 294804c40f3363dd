# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_state import HostState, Windows, Wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._nvidia import Gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._pending_reboot import PendingReboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import preflight, supported_build

GOOD = HostState(
    windows=Windows("Windows 11 Pro", "Professional", "23H2", 22631, 3155, "AMD64", "en-US", "LAPTOP"),
    elevated=True,
    wsl=Wsl(None, None, {}, {}),
    pending=PendingReboot((), 41, ()),
    gpus=[Gpu("NVIDIA RTX A2000", "551.61", "32.0.15.5161")],
    cuda_library=True,
    users=[],
)


def levels(state: HostState, minimum: str = "495") -> dict[str, str]:
    return {verdict.id: verdict.level for verdict in preflight(state, minimum) if verdict.level != "ok"}


CASES: list[tuple[str, dict[str, t.Any], dict[str, str]]] = [
    ("good", {}, {}),
    ("old build", {"windows": replace(GOOD.windows, build=19042)}, {"windows_build": "stop"}),
    ("arm", {"windows": replace(GOOD.windows, architecture="ARM64")}, {"architecture": "stop"}),
    ("not elevated", {"elevated": False}, {"elevation": "stop"}),
    ("policy", {"wsl": Wsl(None, None, {}, {"AllowWSL": 0})}, {"wsl_policy": "stop"}),
    ("policy allows", {"wsl": Wsl(None, None, {}, {"AllowWSL": 1})}, {}),
    ("no gpu", {"gpus": []}, {"nvidia_gpu": "warn", "nvidia_driver": "warn"}),
    ("old driver", {"gpus": [Gpu("x", "472.39", "")]}, {"nvidia_driver": "stop"}),
    ("no libcuda", {"cuda_library": False}, {"wsl_libcuda": "warn"}),
    ("pending", {"pending": PendingReboot(("updates",), 41, ())}, {"pending_reboot": "warn"}),
    (
        "files of wsl",
        {"pending": PendingReboot(("files",), 41, ("C:\\Program Files\\WSL\\system.vhd",))},
        {"wsl_files": "stop", "pending_reboot": "warn"},
    ),
    (
        "everything at once",
        {"elevated": False, "gpus": [], "windows": replace(GOOD.windows, build=17763)},
        {"windows_build": "stop", "elevation": "stop", "nvidia_gpu": "warn", "nvidia_driver": "warn"},
    ),
]


@pytest.mark.parametrize(("changes", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdicts(changes: dict[str, t.Any], expected: dict[str, str]) -> None:
    assert levels(replace(GOOD, **changes)) == expected


@pytest.mark.parametrize(("minimum", "stops"), [("495", False), ("527.41", False), ("551.61", False), ("580", True)])
def test_minimum_driver(minimum: str, stops: bool) -> None:
    assert ("nvidia_driver" in levels(GOOD, minimum)) is stops


@pytest.mark.parametrize(
    ("build", "ubr", "supported"),
    [
        (19043, 1262, False),
        (19043, 1263, True),
        (19044, 0, True),
        (20348, 1, True),
        (22000, 1, True),
        (18363, 9, False),
    ],
)
def test_supported_build(build: int, ubr: int, supported: bool) -> None:
    assert supported_build(build, ubr) is supported


def test_every_verdict_that_is_not_ok_says_what_to_do() -> None:
    for _name, changes, _expected in CASES:
        for verdict in preflight(replace(GOOD, **changes)):
            assert verdict.seen
            assert bool(verdict.remedy) is (verdict.level != "ok"), verdict


def test_windows_11_calls_itself_10() -> None:
    assert _host_state._product("Windows 10 Enterprise", 26100) == "Windows 11 Enterprise"
    assert _host_state._product("Windows 10 Pro", 19045) == "Windows 10 Pro"
