# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import installed as toolkit_installed

from tests.unit.plugins.module_utils.scripted_run import system_at


def root_with(tmp_path: Path, *files: str) -> str:
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("there", "release"),
    [
        (("ii cuda-toolkit-12-8 12.8.1-1",), "12.8.1"),
        (("ii cuda-compiler-12-8 12.8.0-1", "ii cuda-tools-12-8 12.8.1-1"), "12.8.1"),
        (("ii cuda-nvcc-12-8 12.8.93-1",), ""),
    ],
)
def test_release(tmp_path: Path, there: tuple[str, ...], release: str) -> None:
    status = tmp_path / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    lines = (line.split() for line in there)
    status.write_text(
        "\n".join(f"Package: {name}\nStatus: install ok installed\nVersion: {v}\n" for _c, name, v in lines)
    )
    assert toolkit_installed.release(system_at(tmp_path), "12.8") == release


@pytest.mark.parametrize(
    ("version", "files", "found"),
    [
        ("12.8", ("usr/local/cuda-12.8/bin/nvcc", "usr/local/cuda/bin/nvcc"), "/usr/local/cuda-12.8/bin/nvcc"),
        ("12.8.1", ("usr/local/cuda-12.8/bin/nvcc",), "/usr/local/cuda-12.8/bin/nvcc"),
        ("12.latest", ("usr/local/cuda/bin/nvcc",), "/usr/local/cuda/bin/nvcc"),
        ("12.8", (), ""),
    ],
)
def test_nvcc(tmp_path: Path, version: str, files: tuple[str, ...], found: str) -> None:
    root = root_with(tmp_path, *files)
    for file in files:
        (tmp_path / file).chmod(0o755)
    assert toolkit_installed.nvcc_path(system_at(root), version) == found
