# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import commands, repair, run_file
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes

from tests.unit.plugins.module_utils.dpkg_status import stanza, system
from tests.unit.plugins.module_utils.scripted_run import system_at


def test_driver_file_without_a_package_is_moved_and_an_owned_one_is_not(tmp_path: Path) -> None:
    libraries = tmp_path / "usr/lib/x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    for name in ("libcuda.so.1", "libnvidia-ml.so.1", "libnvidia-container.so.1", "libcudart.so.12"):
        (libraries / name).write_text("")
    (libraries / "libcuda.so").symlink_to("/usr/lib/wsl/lib/libcuda.so")
    state = system(tmp_path, stanza("mock"))
    (tmp_path / "var/lib/dpkg/info/mock.list").write_text("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1\n")
    state = repair.observe(system_at(tmp_path))
    assert state.strays == ("/usr/lib/x86_64-linux-gnu/libcuda.so.1",)
    (change,) = run_file.stray_changes(system_at(), state.strays, "20260101T000000")
    assert change.backup == "/var/lib/wslfleet/backup/20260101T000000/usr/lib/x86_64-linux-gnu/libcuda.so.1"


RUN_LOG = """\
1.0-550.54.14
NVIDIA Accelerated Graphics Driver for Linux-x86_64 (550.54.14)
1: /usr/bin/nvidia-smi
1
1: /usr/share/doc/NVIDIA_GLX-1.0/README.txt
2
1: /etc/owned
3
2: /usr/lib/x86_64-linux-gnu/libGL.so.1
libGL.so.1.7.0
120777 0 0
100: /etc/old
1 100644 0 0
101: /usr/lib/x86_64-linux-gnu/libcuda.so.1
1 100644 0 0
102: /etc/new
1 100644 0 0
"""


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_run_file_driver_is_undone(tmp_path: Path) -> None:
    names = {f"var/lib/nvidia/{number}": f"kept {number}" for number in (100, 101, 102)}
    more = {"var/lib/nvidia/log": RUN_LOG, "usr/bin/nvidia-smi": "", "usr/share/doc/NVIDIA_GLX-1.0/README.txt": ""}
    names.update(more)
    write(tmp_path, **{**names, "etc/owned": "x", "etc/new": "changed since"})
    system(tmp_path, stanza("base"))
    (tmp_path / "var/lib/dpkg/info/base.list").write_text("/etc/owned\n")
    state = repair.observe(system_at(tmp_path))
    assert state.strays == ("/usr/bin/nvidia-smi", "/usr/share/doc/NVIDIA_GLX-1.0/README.txt")
    plan = repair.plan(state, ())
    assert not state.healthy and plan.ldconfig and not plan.packages_change
    assert "undo NVIDIA's .run installer 550.54.14: put its old files back, move its log away" in commands.describe(
        plan
    )
    assert "/var/lib/nvidia/log is still there" in repair.remaining(state)
    changes.apply(system_at(tmp_path), run_file.stray_changes(system_at(tmp_path), state.strays, "now"))
    assert plan.restore is not None
    run_file.undo_installer(system_at(tmp_path), plan.restore, "now")
    assert (tmp_path / "etc/old").read_text() == "kept 100"
    assert (tmp_path / "etc/new").read_text() == "changed since"
    assert (tmp_path / "usr/lib/x86_64-linux-gnu/libGL.so.1").is_symlink()
    assert not (tmp_path / "usr/lib/x86_64-linux-gnu/libcuda.so.1").exists(), "no other driver comes back"
    assert (tmp_path / "var/lib/wslfleet/backup/now/var/lib/nvidia/log").read_text() == RUN_LOG
    assert repair.observe(system_at(tmp_path)).healthy


@pytest.mark.parametrize(
    ("wsl_conf", "listed", "steps"),
    [
        ("", False, ["write /etc/ld.so.conf.d/ld.wsl.conf", "run ldconfig"]),
        ("", True, ["run ldconfig"]),
        ("[automount]\nldconfig = false\n", False, []),
    ],
)
def test_the_loader_finds_wsl_s_library_again(wsl_conf: str, listed: bool, steps: list[str], tmp_path: Path) -> None:
    write(
        tmp_path, usr__lib__wsl__lib__libcuda_so_1="", **{"usr/lib/wsl/lib/libcuda.so.1": "", "etc/wsl.conf": wsl_conf}
    )
    if listed:
        run_file.list_wsl_folder(system_at(tmp_path))
    state = system(tmp_path)
    assert commands.describe(repair.plan(state, ())) == steps
    assert state.healthy is not bool(steps)
    assert len(repair.remaining(state)) == (1 if steps else 0)
