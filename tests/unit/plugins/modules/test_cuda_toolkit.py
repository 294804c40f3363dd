# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a time: attach to what runs, else plan and start; what an earlier run left is collected."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

NVCC = "cuda-nvcc-12-8 12.8.93-1"
SHOW = Completed(0, "Package: cuda-nvcc-12-8\nVersion: 12.8.93-1\nSize: 1\nInstalled-Size: 1\n", "")
PLAN: t.Any = (
    ("apt-get .*update", Completed(0, "", "")),
    ("apt-get .*-s .*install .*cuda-nvcc-12-8$", Completed(0, "Inst cuda-nvcc-12-8 (12.8.93-1 NVIDIA [amd64])\n", "")),
    ("apt-cache show", SHOW),
)
WANTED: t.Any = {"version": "12.8", "components": ["nvcc"], "host_compiler": False, "check_gpu": False, "wait": 20}


@pytest.fixture
def commands(box: Box) -> t.Iterator[list[list[str]]]:
    """What a transaction runs instead of apt; a test fills it. What waits for the gate ends with the test."""
    found: list[list[str]] = []
    box.patch("_toolkit.plan", "commands", lambda plan, interrupted: found)
    gate = box.path("/gate")
    os.mkfifo(gate)
    yield found
    with gate.open("r+b", buffering=0) as file:
        file.write(b"\n")


def test_it_is_installed_and_then_nothing_changes(box: Box, commands: list[list[str]]) -> None:
    planned = box.run("cuda_toolkit", *PLAN[1:], check=True, **WANTED)
    assert planned["changed"] and planned["packages"] == ["cuda-nvcc-12-8"] and "transaction" not in planned
    tools = box.path("/usr/local/cuda/bin")
    commands += [box.becomes(NVCC), ["mkdir", "-p", str(tools)], ["install", "-m755", "/dev/null", f"{tools}/nvcc"]]
    done = box.run("cuda_toolkit", *PLAN, **WANTED)
    assert done["changed"] and done["version"] == "12.8" and not done["transaction"]["running"]
    # A plan cannot know the commands that the packages bring.
    command = next(item for item in done["diff"] if item["after_header"] == "/usr/local/bin/nvcc")
    assert [item for item in done["diff"] if item != command] == planned["diff"]
    again = box.run("cuda_toolkit", **WANTED)
    assert not again["changed"] and again["diff"] == []


def test_a_hold_is_all_that_is_left(box: Box) -> None:
    box.status(NVCC)
    first = box.run("cuda_toolkit", ("apt-mark hold cuda-nvcc-12-8", Completed(0, "", "")), **WANTED, hold=True)
    assert first["changed"] and "transaction" not in first
    refused = box.run("cuda_toolkit", ("apt-mark hold", Completed(1, "", "E: no\n")), **WANTED, hold=True)
    assert refused["failed"] and "apt-mark hold" in refused["msg"]


def test_it_goes(box: Box, commands: list[list[str]]) -> None:
    box.status(NVCC)
    commands.append(box.becomes())
    purge = ("apt-get .*-s .*purge cuda-nvcc-12-8", Completed(0, "Purg cuda-nvcc-12-8 [12.8.93-1]\n", ""))
    assert box.run("cuda_toolkit", purge, **WANTED, state="absent")["changed"]
    assert not box.run("cuda_toolkit", **WANTED, state="absent")["changed"]


def test_a_long_transaction_is_followed_by_the_next_looks(box: Box, commands: list[list[str]]) -> None:
    becomes = box.becomes(NVCC)
    commands += [["sh", "-c", f"read line <{box.path('/gate')}"], becomes]
    now = {**WANTED, "wait": 0}
    first = box.run("cuda_toolkit", *PLAN, **now)
    assert first["changed"] and first["transaction"]["running"]
    second = box.run("cuda_toolkit", **now, transaction=first["transaction"]["id"])
    assert second["changed"] and second["transaction"]["id"] == first["transaction"]["id"]
    box.path("/gate").write_bytes(b"\n")
    third = box.run("cuda_toolkit", **WANTED, transaction=first["transaction"]["id"])
    assert third["changed"] and not third["transaction"]["running"] and third["version"] == "12.8"


@pytest.mark.parametrize("command", [["false"], ["true"]], ids=["apt fails", "apt leaves out a package"])
def test_what_went_wrong_is_one_line(box: Box, commands: list[list[str]], command: list[str]) -> None:
    commands.append(command)
    result = box.run("cuda_toolkit", *PLAN, **WANTED)
    assert result["failed"] and result["msg"]


@pytest.mark.parametrize("mine", [True, False], ids=["of this run", "of an earlier run"])
def test_a_transaction_that_ended_badly_is_told_once(box: Box, mine: bool) -> None:
    box.status(NVCC)
    begun = transaction.start(box.system, "toolkit", [["false"]])
    assert transaction.attach(begun, 20)
    box.run("cuda_toolkit", **WANTED, check=True)
    result = box.run("cuda_toolkit", **WANTED, transaction=begun.id if mine else None)
    assert result.get("failed", False) is mine
    assert bool(result["warnings"]) is not mine
    assert box.run("cuda_toolkit", **WANTED)["warnings"] == []


def test_without_a_source(box: Box) -> None:
    nothing = ("apt-cache pkgnames cuda-toolkit-12-", Completed(0, "", ""))
    latest = {**WANTED, "version": "12.latest"}
    assert "no source of this distribution" in box.run("cuda_toolkit", nothing, **latest, check=True)["warnings"][0]
    result = box.run("cuda_toolkit", PLAN[0], nothing, **latest)
    assert result["failed"] and "add one with cuda_repository" in result["msg"]


def test_indexes_that_cannot_be_fetched_are_a_warning(box: Box, commands: list[list[str]]) -> None:
    commands.append(box.becomes(NVCC))
    broken = ("update", Completed(100, "", "E: Failed to fetch http://mirror/x  Could not connect\n"))
    result = box.run("cuda_toolkit", broken, *PLAN[1:], **WANTED)
    assert result["changed"] and "going on with the indexes that are there" in result["warnings"][0]
