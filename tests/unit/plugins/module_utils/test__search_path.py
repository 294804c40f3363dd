# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils import _search_path as s


def touch(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (root / path.lstrip("/")).touch()


LINES = [
    ("LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"),
    ("export LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH", "/usr/lib/x86_64-linux-gnu"),
    ('  export LD_LIBRARY_PATH="/lib/x86_64-linux-gnu/"  # for me', "/lib/x86_64-linux-gnu/"),
    ("LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:/usr/local/cuda/lib64", "/usr/local/cuda/lib64/stubs"),
    ("LD_LIBRARY_PATH='/opt/driver'", "/opt/driver"),
    ("LD_LIBRARY_PATH=/usr/lib64", "/usr/lib64"),
    ("PATH=/opt/driver:$PATH", "/opt/driver"),
    ("LD_LIBRARY_PATH=/usr/lib/wsl/lib:/usr/lib/x86_64-linux-gnu", ""),
    ("LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH", ""),
    ("LD_LIBRARY_PATH=/opt/workaround", ""),
    ("LD_LIBRARY_PATH=opt/driver:", ""),
    ("PATH=/usr/lib/x86_64-linux-gnu:$PATH", ""),
    ("PATH=$PATH:/usr/lib/wsl/lib:/opt/driver", ""),
    ("PATH=/usr/bin:/bin", ""),
    ("# LD_LIBRARY_PATH=/opt/driver", ""),
    ("MY_LD_LIBRARY_PATH=/opt/driver", ""),
    ("echo LD_LIBRARY_PATH=/opt/driver", ""),
]


@pytest.mark.parametrize(("line", "folder"), LINES)
def test_line(line: str, folder: str, tmp_path: Path) -> None:
    touch(tmp_path, "/opt/driver/libcuda.so.1", "/opt/driver/nvidia-smi", "/usr/bin/nvidia-smi")
    (tmp_path / "opt/workaround").mkdir()
    (tmp_path / "opt/workaround/libcuda.so").symlink_to("/usr/lib/wsl/lib/libcuda.so.1")
    found = s.judge("/etc/environment", f"# first\n{line}\n", str(tmp_path))
    assert [(item.folder, item.line) for item in found] == ([(folder, 2)] if folder else [])


@pytest.mark.parametrize(
    "path", ["etc/environment", "etc/profile.d/x.sh", "root/.bashrc", "home/ann/.profile", "etc/bash.bashrc",
             "home/ann/.config/environment.d/x.conf"]
)  # fmt: skip
def test_every_file_is_read(path: str, tmp_path: Path) -> None:
    assert s.findings(str(tmp_path)) == []
    touch(tmp_path, path)
    (tmp_path / path).write_bytes(b"J\xf6rg=1\nLD_LIBRARY_PATH=/usr/lib64\n")
    assert [item.text for item in s.findings(str(tmp_path))] == [f"/{path}:2 puts /usr/lib64 into LD_LIBRARY_PATH"]


def test_folders_with_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "etc/environment").mkdir(parents=True)
    assert s.findings(str(tmp_path)) == []


def test_nvidia_smi(tmp_path: Path) -> None:
    assert s.first_nvidia_smi(str(tmp_path)) == ""
    touch(tmp_path, "/usr/lib/wsl/lib/nvidia-smi")
    assert s.first_nvidia_smi(str(tmp_path)) == "/usr/lib/wsl/lib/nvidia-smi"
    touch(tmp_path, "/usr/bin/nvidia-smi")
    assert s.first_nvidia_smi(str(tmp_path)) == "/usr/bin/nvidia-smi"
