# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import gpu as toolkit_gpu

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

ADA = "NVIDIA GeForce RTX 4070 Laptop GPU, 572.61, 8.9\n"
PASCAL = "NVIDIA GeForce GTX 1060, 581.15, 6.1\n"
BLACKWELL = "NVIDIA GeForce RTX 5090 Laptop GPU, 572.61, 12.0\n"
OLD = "NVIDIA GeForce GTX 1060, 471.41\n"


@pytest.mark.parametrize(
    ("rows", "version", "stop", "warning"),
    [
        ("", "13.0", "", ""),
        ("No devices were found\n", "13.0", "", ""),
        (ADA, "12.8", "", ""),
        (ADA, "13.0", "driver 572.61 is too old for CUDA 13.0, which needs 580.00 .*, or use cuda_version 12.9", ""),
        (OLD, "12.8", "driver 471.41 is too old for CUDA 12.8, which needs 527.41 .* leave the toolkit out", ""),
        (PASCAL, "13.0", "GTX 1060 has compute capability 6.1, and CUDA 13.0 builds for 7.5 and newer only", ""),
        (PASCAL, "12.8", "", ""),
        (PASCAL + ADA.replace("572.61", "581.15"), "13.0", "", ""),
        (BLACKWELL, "12.4", "", r"12\.0, newer than CUDA 12\.4 knows \(9\.0\)"),
        (BLACKWELL, "12.8", "", ""),
        ("NVIDIA X, 581.15, [N/A]\n", "13.0", "", ""),
    ],
)
def test_judge(rows: str, version: str, stop: str, warning: str) -> None:
    import re

    verdict = toolkit_gpu.judge(toolkit_gpu.parse(rows), version)
    for text, pattern in ((verdict.stop, stop), (verdict.warning, warning)):
        assert bool(text) == bool(pattern) and re.search(pattern, text), text


def test_no_nvidia_smi_no_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolkit_gpu, "NVIDIA_SMI", str(tmp_path / "nvidia-smi"))
    assert toolkit_gpu.read(system_at("", ScriptedRun())) == []


def test_an_old_driver_is_asked_again_and_a_dumb_one_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setattr(toolkit_gpu, "NVIDIA_SMI", str(program))
    run = ScriptedRun(
        (
            "timeout -k 5 20 .* --query-gpu=name,driver_version,compute_cap --format",
            Completed(2, "not a valid field", ""),
        ),
        ("--query-gpu=name,driver_version --format=csv,noheader$", Completed(0, OLD, "")),
    )
    assert [gpu.driver for gpu in toolkit_gpu.read(system_at("", run))] == [(471, 41)]
    run.done()
    assert (
        toolkit_gpu.read(system_at("", ScriptedRun(("smi", Completed(124, "", "")), ("smi", Completed(9, "", "")))))
        == []
    )
