# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CUDA in WSL can do on a laptop: legacy IPC, tools of developers, known limits (rows G2, G17, G21)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import Gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import cuda
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs

from tests.unit.plugins.plugin_utils._preflight.test_rows import ADA, GOOD

WINDOWS_11 = GOOD.windows
WINDOWS_10 = replace(GOOD.windows, product="Windows 10 Pro", build=19045, ubr=4046)
OLDEST_WINDOWS_10 = replace(WINDOWS_10, build=19043, ubr=1263)
PASCAL, MAXWELL = replace(ADA, compute_capability="6.1"), replace(ADA, compute_capability="5.2")
BY_PCI_ID = replace(ADA, compute_capability=None, device_id="PCI\\VEN_10DE&DEV_1C8C")
UNKNOWN = Gpu("x", "551.61", "")


def driver(version: str, gpu: Gpu = ADA) -> Gpu:
    return replace(gpu, driver_version=version)


@pytest.mark.parametrize(
    ("gpus", "level", "words"),
    [
        ([driver("510.06")], "ok", "works with driver 510.06"),
        ([driver("509.99")], "warn", "needs driver 510, here is 509.99"),
        ([driver("472.39")], "info", "needs driver 510, here is 472.39"),
        ([driver("496.13"), ADA], "warn", "here is 496.13"),
        ([], "info", "there is no NVIDIA driver on Windows that could show it"),
    ],
)
def test_g2_legacy_ipc(gpus: list[Gpu], level: str, words: str) -> None:
    found = cuda.legacy_ipc(replace(GOOD, gpus=gpus), Needs())
    assert (found.id, found.row, found.level) == ("legacy_ipc", "G2", level)
    assert words in found.seen


def tools(gpu: Gpu | None, windows: t.Any = WINDOWS_11) -> dict[str, Verdict]:
    found = cuda.developer_tools(replace(GOOD, gpus=[gpu] if gpu else [], windows=windows), Needs())
    assert {verdict.row for verdict in found} == {"G17"}
    return {verdict.id: verdict for verdict in found}


ALL_OK = {"compute_sanitizer": "ok", "nsight_systems": "ok", "debuggers": "ok", "profilers": "ok"}


@pytest.mark.parametrize(
    ("gpu", "windows", "differs"),
    [
        (ADA, WINDOWS_11, {}),
        (driver("545.84"), WINDOWS_10, {}),
        (driver("535.00"), WINDOWS_11, {}),
        (driver("534.99"), WINDOWS_11, {"debuggers": "warn"}),
        (driver("525.00"), WINDOWS_11, {"debuggers": "warn"}),
        (driver("524.99"), WINDOWS_11, {"debuggers": "warn", "profilers": "warn"}),
        (driver("544.99"), WINDOWS_10, {"profilers": "warn"}),
        (driver("545.84"), OLDEST_WINDOWS_10, {"profilers": "warn"}),
        (driver("472.39"), WINDOWS_11, dict.fromkeys(ALL_OK, "info")),
        (driver("545.84"), replace(WINDOWS_10, build=18363), {"profilers": "info"}),
        (PASCAL, WINDOWS_11, {"nsight_systems": "info", "profilers": "info"}),
        (driver("530.41", PASCAL), WINDOWS_11, {"nsight_systems": "info", "profilers": "info", "debuggers": "warn"}),
        (BY_PCI_ID, WINDOWS_11, {"nsight_systems": "info", "profilers": "info"}),
        (MAXWELL, WINDOWS_11, dict.fromkeys(ALL_OK, "info")),
        (UNKNOWN, WINDOWS_11, dict.fromkeys(ALL_OK, "info")),
        (None, WINDOWS_11, dict.fromkeys(ALL_OK, "info")),
    ],
)
def test_g17_developer_tools(gpu: Gpu | None, windows: t.Any, differs: dict[str, str]) -> None:
    assert {name: verdict.level for name, verdict in tools(gpu, windows).items()} == {**ALL_OK, **differs}


@pytest.mark.parametrize(
    ("gpu", "windows", "tool", "words"),
    [
        (ADA, WINDOWS_11, "debuggers", "debuggers (cuda-gdb): supported with driver 551.61, compute capability 8.9"),
        (driver("528.49"), WINDOWS_11, "debuggers", "needs driver 535, here is 528.49"),
        (driver("536.25"), WINDOWS_10, "profilers", "needs driver 545, here is 536.25"),
        (ADA, OLDEST_WINDOWS_10, "profilers", "needs Windows 10 build 19044, here is Windows 10 Pro build 19043.1263"),
        (PASCAL, WINDOWS_11, "profilers", "needs compute capability 7.0 (Volta), here is compute capability 6.1"),
        (BY_PCI_ID, WINDOWS_11, "nsight_systems", "6.1 or less (Ada, by its PCI id: Pascal)"),
        (
            UNKNOWN,
            WINDOWS_11,
            "compute_sanitizer",
            "needs compute capability 6.0 (Pascal), and that of this GPU is not",
        ),
        (None, WINDOWS_11, "compute_sanitizer", "there is no NVIDIA driver on Windows that could show it"),
    ],
)
def test_g17_says_what_is_needed_and_what_is_there(gpu: Gpu | None, windows: t.Any, tool: str, words: str) -> None:
    verdict = tools(gpu, windows)[tool]
    assert words in verdict.seen
    assert bool(verdict.remedy) is (verdict.level != "ok")


@pytest.mark.parametrize(
    ("gpus", "words"),
    [([ADA], "; Ada, as every GPU in WSL"), ([], "; no NVIDIA GPU here"), ([ADA, ADA], "; Ada, Ada,")],
)
def test_g21_known_limits(gpus: list[Gpu], words: str) -> None:
    found = cuda.known_limits(replace(GOOD, gpus=gpus))
    assert [verdict.id for verdict in found] == ["managed_memory", "concurrent_access", "nvml", "opengl_interop"]
    for verdict in found:
        assert (verdict.row, verdict.level) == ("G21", "info")
        assert words in verdict.seen and "(guide 4." in verdict.seen and verdict.remedy
