# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import cdi
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

SPECIFICATION = """\
---
cdiVersion: 0.3.0
kind: nvidia.com/gpu
devices:
    - name: all
      containerEdits:
        deviceNodes:
            - path: /dev/dxg
containerEdits:
    hooks:
        - hookName: createContainer
          path: /usr/bin/nvidia-cdi-hook
    mounts:
        - hostPath: /usr/lib/wsl/lib/libdxcore.so
          containerPath: /usr/lib/wsl/lib/libdxcore.so
        - hostPath: "/usr/lib/wsl/drivers/nv_dispi.inf_amd64_1/libcuda.so.1.1"
"""
"""Shaped as users of WSL posted it."""
STORE = "usr/lib/wsl/drivers/nv_dispi.inf_amd64_1"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A distribution with a GPU and a specification that fits."""
    for name in ("dev/dxg", "usr/lib/wsl/lib/nvidia-smi", "usr/lib/wsl/lib/libdxcore.so", f"{STORE}/libcuda.so.1.1"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "etc/cdi").mkdir(parents=True)
    (tmp_path / "etc/cdi/nvidia.yaml").write_text(SPECIFICATION)
    state = cdi.observe(system_at(tmp_path))
    assert state.gpu and state.gone == {"/etc/cdi/nvidia.yaml": ()}
    for change in cdi.changes(system_at(tmp_path), [cdi.SPECIFICATION], SPECIFICATION, state, "1.19.1"):
        assert change.path == cdi.RECORD and change.after is not None
        (tmp_path / "var/lib/wslfleet").mkdir(parents=True)
        (tmp_path / change.path.lstrip("/")).write_bytes(change.after)
    assert cdi.stale(cdi.observe(system_at(tmp_path)), "1.19.1") == {}
    return tmp_path


def stale(root: Path, toolkit: str = "1.19.1") -> dict[str, str]:
    return cdi.stale(cdi.observe(system_at(root)), toolkit)


def test_another_toolkit_writes_it_again(root: Path) -> None:
    assert stale(root, "1.20.0") == {cdi.SPECIFICATION: "not written by toolkit 1.20.0"}


def test_a_new_file_of_the_driver(root: Path) -> None:
    os.utime(root / "usr/lib/wsl/lib/nvidia-smi", (1, 1))
    assert stale(root) == {cdi.SPECIFICATION: "not written for this driver of Windows"}


def test_a_new_folder_in_the_driver_store(root: Path) -> None:
    (root / "usr/lib/wsl/drivers/usbport.inf_amd64_9").mkdir()
    assert stale(root) == {}, "drivers of other makers do not count"
    (root / "usr/lib/wsl/drivers/nv_dispi.inf_amd64_2").mkdir()
    assert stale(root) == {cdi.SPECIFICATION: "not written for this driver of Windows"}


def test_files_that_are_gone_count_in_both_places(root: Path) -> None:
    refreshed = root / cdi.REFRESHED.lstrip("/")
    refreshed.parent.mkdir(parents=True)
    refreshed.write_text(SPECIFICATION)
    assert stale(root) == {}
    (root / STORE / "libcuda.so.1.1").unlink()
    why = f"/{STORE}/libcuda.so.1.1 is gone"
    assert stale(root) == {cdi.SPECIFICATION: why, cdi.REFRESHED: why}


def test_no_specification_and_no_record(root: Path) -> None:
    (root / "etc/cdi/nvidia.yaml").unlink()
    assert stale(root) == {cdi.SPECIFICATION: "there is none"}
    for text in ("{", "[]"):
        (root / cdi.RECORD.lstrip("/")).write_text(text)
        assert cdi.observe(system_at(root)).record == {}


def test_without_a_gpu_nothing_is_stale(root: Path) -> None:
    (root / "usr/lib/wsl/lib/nvidia-smi").unlink()
    state = cdi.observe(system_at(root))
    assert (state.gpu, state.driver) == (False, "")
    assert cdi.stale(state, "1.19.1") == {}
    assert cdi.observe(system_at(root / "nothing")).texts == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SPECIFICATION, ["all"]),
        ("devices:\n- containerEdits: {}\n  name: all\n", ["all"]),
        ('devices:\n  - name: "0"\n  - name: GPU-1\n', ["0", "GPU-1"]),
        ("kind: nvidia.com/gpu\n", []),
    ],
)
def test_devices(text: str, names: list[str]) -> None:
    assert cdi.devices(text) == names


def test_shortcomings() -> None:
    assert cdi.shortcomings(SPECIFICATION) == []
    assert "lacks /usr/lib/wsl/lib/libdxcore.so" in cdi.shortcomings("mounts: []\n")[0]


def writes(text: str, code: int = 0, log: str = "") -> ScriptedRun:
    """nvidia-ctk that writes TEXT."""

    def answer(arguments: Sequence[str]) -> Completed:
        target = arguments[-1].partition("=")[2]
        if text:
            Path(target).write_text(text)
        return Completed(code, "", log)

    return ScriptedRun(("^env LD_LIBRARY_PATH=/usr/lib/wsl/lib nvidia-ctk cdi generate --mode=wsl", answer))


def test_generate() -> None:
    text = "devices:\n  - name: all\n    deviceNodes:\n      - path: /dev/dxg\nmounts:\n  - hostPath: /etc\n"
    assert cdi.generate(system_at("", writes(text))) == text


@pytest.mark.parametrize(
    ("text", "code", "log", "words"),
    [
        ("", 1, 'time="x" level=error msg="failed to generate CDI spec: no driver store"\n', "no driver store"),
        ("", 1, "INFO[0000] fine\nERRO[0000] failed to initialize dxcore context\n", "dxcore context"),
        ("", 127, "", "ended with code 127"),
        ('devices:\n  - name: "0"\n    path: /dev/dxg\n', 0, "", "contains no device all with /dev/dxg"),
        ("devices:\n  - name: all\n", 0, "", "contains no device all with /dev/dxg"),
        (SPECIFICATION, 0, "", "names /usr/lib/wsl/lib/libdxcore.so, which does not exist"),
    ],
)
def test_a_specification_that_will_not_do(text: str, code: int, log: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        cdi.generate(system_at(run=writes(text, code, log)))
