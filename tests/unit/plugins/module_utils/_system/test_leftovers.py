# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files, leftovers

from tests.conftest import ROOT

KILLED = """
import sys, time
from ansible_collections.wslfleet.cuda.plugins.module_utils import files
files.SCRATCH = sys.argv[1]
with files.scratch(sys.argv[1]) as folder:
    files.write_file(folder + "/lists/partial/key", "secret", 0o600)
    print(folder, flush=True)
    time.sleep(100)
"""
"""A module that is at work in its scratch folder."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    return tmp_path


def old(path: Path, hours: float = 2) -> Path:
    """PATH, untouched since HOURS."""
    then = time.time() - hours * 3600
    os.utime(path, (then, then), follow_symlinks=False)
    return path


def folder(path: Path) -> Path:
    (path / "lists/partial").mkdir(parents=True)
    (path / "lists/Packages").write_text("x")
    return path


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def at_work(place: Path) -> tuple[subprocess.Popen[str], Path]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/.cache/collections"}
    command = [sys.executable, "-c", KILLED, str(place)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_next_run_removes_the_folder_of_a_killed_module(place: Path) -> None:
    process, left = at_work(place)
    try:
        old(left)
        with files.scratch(str(place)):
            assert left.is_dir(), "a module that is still at work lost its folder"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with files.scratch(str(place)):
        pass
    assert names(place) == []


def test_the_next_run_removes_half_a_file_of_a_killed_module(place: Path) -> None:
    (place / ".wslfleet-abcd_123").write_text("secret")
    old(place / ".wslfleet-abcd_123")
    files.write_file(f"{place}/credentials", "x")
    assert names(place) == ["credentials"]


def test_what_stays(place: Path) -> None:
    old(folder(place / "wslfleet-installer"))
    old(folder(place / "wslfleet-abcd_12"))
    old(folder(place / "other-abcd_123"))
    folder(place / "wslfleet-new00000")
    elsewhere = old(folder(place / "elsewhere"))
    (place / "wslfleet-link0000").symlink_to(elsewhere)
    old(place / "wslfleet-link0000")
    os.mkfifo(place / "wslfleet-pipe0000")
    old(place / "wslfleet-pipe0000")
    before = names(place)
    leftovers.sweep(str(place))
    assert names(place) == before and (elsewhere / "lists/Packages").exists()


def test_a_link_inside_is_not_followed(place: Path) -> None:
    kept = folder(place / "kept")
    left = folder(place / "wslfleet-abcd_123")
    (left / "link").symlink_to(kept)
    old(left)
    leftovers.sweep(str(place))
    assert names(place) == ["kept"] and (kept / "lists/Packages").exists()


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775])
def test_nothing_is_removed_where_others_write(mode: int, place: Path) -> None:
    left = old(folder(place / "wslfleet-abcd_123"))
    place.chmod(mode)
    leftovers.sweep(str(place))
    assert left.is_dir()


def test_nothing_of_another_user_is_removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = old(folder(place / "wslfleet-abcd_123"))
    monkeypatch.setattr(leftovers.os, "geteuid", lambda: os.getuid() + 1)
    leftovers.sweep(str(place))
    assert left.is_dir()


def test_no_folder_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("missing", "file"):
        leftovers.sweep(f"{tmp_path}/{name}")
