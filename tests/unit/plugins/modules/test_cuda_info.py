# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""cuda_audit_info, cuda_plan_info and cuda_legacy: what they see is what they tell."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

KEY = Path(__file__).parents[2] / "data" / "7fa2af80.pub"
NO_NAMES = ("apt-cache pkgnames", Completed(0, "", ""))
SOURCE = "deb https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/ /\n"
INST = "Inst cuda-nvcc-12-8 (12.8.93-1 NVIDIA [amd64])\n"


def simulated(text: str, code: int = 0) -> t.Any:
    return "apt-get .*-s .*install", Completed(code, text, "")


def shows(name: str, more: str = "") -> t.Any:
    return f"apt-cache show .*{name}", Completed(0, f"Package: {name}\nVersion: 12.8.93-1\nSize: 10\n{more}\n", "")


def test_audit(box: Box) -> None:
    box.write("/proc/version", "Linux version 6.6.87.2-microsoft-standard-WSL2 x\n")
    box.run("cuda_guard", NO_NAMES)
    clean = box.run("cuda_audit_info", NO_NAMES)
    assert clean["clean"] and clean["failures"] == [] and not clean["changed"]
    box.status("nvidia-driver-570 570.1")
    dirty = box.run("cuda_audit_info", NO_NAMES)
    assert not dirty["clean"] and dirty["driver_packages"] == ["nvidia-driver-570"] and dirty["failures"]


@pytest.mark.parametrize("name", ["cuda_audit_info", "cuda_legacy"])
def test_a_fingerprint_that_is_none(box: Box, name: str) -> None:
    result = box.run(name, fingerprints=["7FA2AF80"])
    assert result["failed"] and result["msg"].startswith("fingerprints: ")


@pytest.mark.parametrize("packages", [[], ["--purge"], [" "]])
def test_options_are_no_packages(box: Box, packages: list[str]) -> None:
    result = box.run("cuda_plan_info", packages=packages)
    assert result["failed"] and "name packages, not options" in result["msg"]


def test_plan(box: Box) -> None:
    wanted: t.Any = {"packages": ["cuda-nvcc-12-8"]}
    good = box.run("cuda_plan_info", simulated(INST), shows("cuda-nvcc-12-8"), **wanted)
    assert good["allowed"] and good["installs"] == ["cuda-nvcc-12-8=12.8.93-1"] and good["download_bytes"] == 10
    removal = simulated("Remv desktop [1]\n" + INST)
    bad = box.run("cuda_plan_info", removal, shows("cuda-nvcc-12-8"), **wanted)
    assert not bad["allowed"] and bad["removes"] == ["desktop"] and "desktop" in bad["reasons"][0]
    may = {**wanted, "allowed_removals": ["desktop"]}
    assert box.run("cuda_plan_info", removal, shows("cuda-nvcc-12-8"), **may)["allowed"]
    box.status("half 1\nStatus: install ok half-configured")
    stopped = box.run("cuda_plan_info", simulated(INST), shows("cuda-nvcc-12-8"), **wanted)
    assert stopped["interrupted"] and not stopped["allowed"] and len(stopped["findings"]) == 1


def test_the_old_key_goes_with_a_backup(box: Box) -> None:
    key, old = "/etc/apt/trusted.gpg.d/cuda.asc", KEY.read_text()
    box.write(key, old)
    box.write("/etc/apt/sources.list.d/cuda.list", SOURCE)
    planned = box.run("cuda_legacy", check=True)
    assert planned["changed"] and box.path(key).read_text() == old
    done = box.run("cuda_legacy", repository_name="wsl-ubuntu")
    assert [item["path"] for item in done["removed_keys"]] == [key] and not box.path(key).exists()
    assert box.path(done["backups"][0]).exists()
    again = box.run("cuda_legacy", repository_name="wsl-ubuntu")
    assert not again["changed"] and again["backups"] == []
