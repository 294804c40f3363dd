# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome is told, kept while it holds, and asked for again when that is wanted."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

NVCC = "/usr/local/cuda-12.8/bin/nvcc"
VERSION = ("nvcc --version", Completed(0, "Cuda compilation tools, release 12.8, V12.8.93\n", ""))
PRINTED = "gpu=GeForce RTX 4070\ndriver=12080\nruntime=12080\nerror=0\nsum=1\nseconds=0.25\n"


def builds(box: Box, code: int = 0, text: str = "") -> t.Any:
    def build(arguments: t.Sequence[str]) -> Completed:
        box.write("/var/lib/wslfleet/smoke/program")
        return Completed(code, "", text)

    return "-o /var/lib/wslfleet/smoke/program ", build


def test_an_outcome_is_kept(box: Box) -> None:
    box.write(NVCC, mode=0o755)
    untested = box.run("cuda_smoke_test", version="12.8", check=True)
    assert untested["verdict"] == "not_tested" and untested["program"] == "" and not untested["changed"]
    answers: t.Any = (VERSION, builds(box), ("^env LD_", Completed(0, PRINTED, "")))
    first = box.run("cuda_smoke_test", *answers, version="12.8")
    assert first["compiler"] == "12.8, V12.8.93" and first["printed"]["seconds"] == "0.25" and first["seconds"] == 0.25
    assert first["program"] and not first["cached"]
    second = box.run("cuda_smoke_test", version="12.8")
    assert second["cached"] and second["verdict"] == first["verdict"]
    assert not box.run("cuda_smoke_test", *answers, version="12.8", force=True)["cached"]


def test_the_program_is_removed(box: Box) -> None:
    box.write("/var/lib/wslfleet/smoke/program")
    for check, there in ((True, True), (False, True), (False, False)):
        result = box.run("cuda_smoke_test", state="absent", check=check)
        assert (result["changed"], result["program"], result["verdict"]) == (there, "", "not_tested")


def test_no_compiler_is_a_verdict_that_is_not_kept(box: Box) -> None:
    for _time in range(2):
        result = box.run("cuda_smoke_test")
        assert result["verdict"] == "no_compiler" and result["remedy"] and result["program"] == ""


def test_a_compiler_that_fails_is_an_error(box: Box) -> None:
    box.write(NVCC, mode=0o755)
    result = box.run("cuda_smoke_test", VERSION, builds(box, 1, "program.cu(3): error: x\n"), version="12.8")
    assert result["failed"] and "cannot compile: program.cu(3): error: x" in result["msg"]
