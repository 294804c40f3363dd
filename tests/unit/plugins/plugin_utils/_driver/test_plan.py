# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver.plan import (
    DriverGoal,
    InstallDriver,
    check_goal,
    driver_version,
    plan,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

from tests.unit.plugins.plugin_utils._preflight.test_rows import ADA, GOOD

DIGEST = "0F" * 32
URL = "https://packages.example.com/580.88.exe"
GOAL = DriverGoal("580.88", URL, DIGEST)
STEP = InstallDriver(URL, DIGEST, "C:\\Program Files\\wslfleet\\nvidia-0f0f0f0f0f0f\\setup.exe")


def test_an_old_driver_is_replaced() -> None:
    assert plan(GOOD, GOAL) == [STEP]
    assert URL in str(STEP)


def test_no_driver_yet() -> None:
    assert plan(replace(GOOD, gpus=[]), GOAL) == [STEP]
    assert driver_version(replace(GOOD, gpus=[])) is None


@pytest.mark.parametrize("minimum", ["495", "551.61", "551"])
def test_a_driver_that_will_do_needs_no_installer(minimum: str) -> None:
    assert plan(replace(GOOD, elevated=False), DriverGoal(minimum)) == []


def test_the_lowest_of_several_counts() -> None:
    assert driver_version(replace(GOOD, gpus=[ADA, replace(ADA, driver_version="472.39")])) == "472.39"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gpus": [], "nvidia_hardware": False}, "foreign hardware"),
        ({"gpus": [], "nvidia_hardware": None}, "not whether there is"),
        ({"windows": replace(GOOD.windows, architecture="ARM64")}, "ARM64"),
        ({"gpus": [replace(ADA, driver_model="TCC")]}, "TCC"),
        ({"gpus": [replace(ADA, driver_model=None, tcc_by_registry=True)]}, "TCC by the registry"),
        ({"gpus": [replace(ADA, compute_capability="5.2")]}, "cannot be used in WSL"),
        ({"elevated": False}, "administrator rights"),
    ],
)
def test_refused(changes: dict[str, t.Any], expected: str) -> None:
    with pytest.raises(StepFailed, match=expected):
        plan(replace(GOOD, **changes), GOAL)


def test_one_gpu_of_two_in_tcc_is_no_reason_to_refuse() -> None:
    assert plan(replace(GOOD, gpus=[ADA, replace(ADA, driver_model="TCC")]), GOAL) == [STEP]


def test_no_installer() -> None:
    with pytest.raises(StepFailed, match=r"551\.61 is older than 580\.88: name installer"):
        plan(GOOD, DriverGoal("580.88"))


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (DriverGoal("new"), "minimum must be"),
        (DriverGoal("580.88.1"), "minimum must be"),
        (DriverGoal("580.88", URL), "needs sha256"),
        (DriverGoal("580.88", URL, "0f"), "needs sha256"),
        (DriverGoal("580.88", "/srv/driver.exe", DIGEST), "address"),
        (DriverGoal("580.88", "\\\\server", DIGEST), "address"),
        (DriverGoal("580.88", "ftp://x/y", DIGEST), "address"),
    ],
)
def test_a_goal_that_makes_no_sense(goal: DriverGoal, expected: str) -> None:
    with pytest.raises(StepFailed, match=expected):
        check_goal(goal)


@pytest.mark.parametrize("source", [URL, "http://x/y.exe", "\\\\server\\share\\driver.exe"])
def test_sources(source: str) -> None:
    check_goal(DriverGoal("580.88", source, DIGEST))


def test_from_inside_without_rights_the_command_is_told() -> None:
    goal = DriverGoal("580.88", "https://x/setup.exe", "a" * 64)
    with pytest.raises(StepFailed, match=r"fetch https://x/setup.exe and run it yourself .*: setup.exe /s /noreboot"):
        plan(replace(GOOD, here=True, elevated=False), goal)
