# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path as toolkit_path
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import search_path

from tests.unit.plugins.module_utils.scripted_run import system_at


def toolkit(root: Path, version: str, *commands: str) -> None:
    folder = root / f"usr/local/cuda-{version}/bin"
    folder.mkdir(parents=True, exist_ok=True)
    for command in commands:
        (folder / command).write_text("#!/bin/sh\n")
        (folder / command).chmod(0o755)
    (folder / "nvcc.profile").write_text("")
    link = root / "usr/local/cuda"
    link.unlink(missing_ok=True)
    link.symlink_to(f"cuda-{version}")


def bring(root: Path, present: bool = True) -> list[str]:
    changes = toolkit_path.changes(system_at(root), present)
    system_changes.apply(system_at(root), changes)
    assert toolkit_path.changes(system_at(root), present) == []
    return [change.path for change in changes]


def test_every_command_of_the_default_toolkit_and_no_other_file(tmp_path: Path) -> None:
    toolkit(tmp_path, "12.8", "nvcc", "ptxas")
    folder = tmp_path / "usr/local/bin"
    folder.mkdir(parents=True)
    (folder / "ptxas").write_text("#!/bin/sh\necho mine\n")
    (folder / "other").symlink_to("/bin/true")
    assert bring(tmp_path) == [toolkit_path.PROFILE, "/usr/local/bin/nvcc"]
    assert "mine" in (folder / "ptxas").read_text()
    toolkit(tmp_path, "12.4", "cuobjdump")
    assert bring(tmp_path) == ["/usr/local/bin/cuobjdump", "/usr/local/bin/nvcc"]
    assert sorted(path.name for path in folder.iterdir()) == ["cuobjdump", "other", "ptxas"]
    assert bring(tmp_path, present=False) == [toolkit_path.PROFILE, "/usr/local/bin/cuobjdump"]
    assert sorted(path.name for path in folder.iterdir()) == ["other", "ptxas"]


def test_nothing_is_there_before_a_toolkit_is(tmp_path: Path) -> None:
    assert bring(tmp_path) == [toolkit_path.PROFILE]


def test_root_finds_wsls_nvidia_smi_without_a_login(tmp_path: Path) -> None:
    link = tmp_path / "usr/local/bin/nvidia-smi"
    program = tmp_path / "usr/lib/wsl/lib/nvidia-smi"
    program.parent.mkdir(parents=True)
    program.write_text("")
    assert bring(tmp_path) == [toolkit_path.PROFILE, toolkit_path.NVIDIA_SMI]
    assert os.readlink(link) == toolkit_path.WSL_NVIDIA_SMI
    assert not loader.driver_files(system_at(tmp_path)), "no repair may take it for a stray"
    assert search_path.first_nvidia_smi(system_at(tmp_path)) == toolkit_path.WSL_NVIDIA_SMI
    assert bring(tmp_path, present=False) == [toolkit_path.PROFILE, toolkit_path.NVIDIA_SMI]
    assert not link.is_symlink()
    link.write_text("somebody's own")
    assert bring(tmp_path) == [toolkit_path.PROFILE]
    assert bring(tmp_path, present=False) == [toolkit_path.PROFILE]
    assert link.read_text() == "somebody's own"


def test_the_script_hands_everything_over(tmp_path: Path) -> None:
    tool = tmp_path / "nvcc"
    tool.write_text('#!/bin/sh\nprintf "%s|" "$0" "$@"\n')
    tool.chmod(0o755)
    text = toolkit_path.script("nvcc").replace(toolkit_path.TOOLS, str(tmp_path))
    done = subprocess.run(["sh", "-s", "--", "a b", "*"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout == f"{tool}|a b|*|"
