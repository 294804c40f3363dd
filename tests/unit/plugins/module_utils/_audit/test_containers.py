# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows G16 and G22 of the guide: containers, from the files of a distribution to the verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import containers
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict

from tests.unit.plugins.module_utils.scripted_run import system_at

SPECIFICATION = {"etc/cdi/nvidia.yaml": "mounts:\n  - hostPath: /usr/lib/wsl/drivers/nv_old/libcuda.so.1.1\n"}
THERE = {**SPECIFICATION, "usr/lib/wsl/drivers/nv_old/libcuda.so.1.1": ""}
DOCKER = {"usr/bin/dockerd": ""}
KNOWS = {"etc/docker/daemon.json": json.dumps({"runtimes": {"nvidia": {"path": "nvidia-container-runtime"}}})}


def rows(root: Path, version: str, files: dict[str, str]) -> dict[str, Verdict]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    package = dpkg.Package("nvidia-container-toolkit-base", "amd64", version, "ii")
    database = dpkg.Database((package,) if version else (), False)
    return {row.id: row for row in containers.rows(containers.observe(system_at(root), database))}


@pytest.mark.parametrize(
    ("version", "files", "level", "words"),
    [
        ("1.19.1-1", {}, "ok", "container toolkit 1.19.1; in WSL a container gets all GPUs (--gpus all) or none"),
        ("1.17.8-1", {}, "warn", "1.17.8, below the recommended 1.19.1"),
        ("1.19.1-1", SPECIFICATION, "ok", "container toolkit 1.19.1"),
        ("", DOCKER, "info", "docker without NVIDIA's container toolkit"),
        ("", {"usr/bin/podman": ""}, "info", "podman without NVIDIA's container toolkit"),
        ("", {}, "info", "neither a container engine nor NVIDIA's container toolkit"),
    ],
)
def test_g16_version(tmp_path: Path, version: str, files: dict[str, str], level: str, words: str) -> None:
    found = rows(tmp_path, version, files)["containers"]
    assert (found.row, found.level) == ("G16", level) and words in found.seen
    assert bool(found.remedy) is (level != "ok")


def test_g16_docker_desktop(tmp_path: Path) -> None:
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/docker").symlink_to("/mnt/wsl/docker-desktop/cli-tools/usr/bin/docker")
    found = rows(tmp_path, "", {})["containers"]
    assert (found.row, found.level) == ("G16", "ok") and "Docker Desktop serves docker here" in found.seen


@pytest.mark.parametrize(
    ("version", "files", "level", "words"),
    [
        ("", DOCKER, "info", "is not installed"),
        ("1.19.1-1", {}, "ok", "every engine has"),
        ("1.19.1-1", SPECIFICATION, "warn", "/usr/lib/wsl/drivers/nv_old/libcuda.so.1.1 is gone"),
        ("1.19.1-1", THERE, "ok", "no CDI specification names a missing file"),
        ("1.19.1-1", DOCKER, "warn", "docker does not know NVIDIA's runtime"),
        ("1.19.1-1", {**DOCKER, **KNOWS}, "ok", "every engine has"),
        ("1.19.1-1", {**DOCKER, "etc/docker/daemon.json": "{"}, "warn", "/etc/docker/daemon.json"),
    ],
)
def test_g22_start(tmp_path: Path, version: str, files: dict[str, str], level: str, words: str) -> None:
    found = rows(tmp_path, version, files)["container_start"]
    assert (found.row, found.level) == ("G22", level) and words in found.seen
    assert bool(found.remedy) is (level != "ok")
