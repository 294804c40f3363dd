# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import installer_log as i
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.scripted_run import system_at

LOG = """\
1.0-550.54.14
NVIDIA Accelerated Graphics Driver for Linux-x86_64 (550.54.14)
1: /usr/bin/nvidia-smi
3141592653
0: /usr/lib/x86_64-linux-gnu/libcuda.so.1
libcuda.so.550.54.14
1: /usr/lib/x86_64-linux-gnu/../x86_64-linux-gnu/libcuda.so.550.54.14
2718281828
2: /usr/lib/x86_64-linux-gnu/libGL.so.1
libGL.so.1.7.0
120777 0 0
100: /usr/lib/x86_64-linux-gnu/libOpenCL.so.1.0.0
161803398 100644 0 0
"""
READ = i.Installed(
    "550.54.14",
    (
        "/usr/bin/nvidia-smi",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14",
    ),
    (("/var/lib/nvidia/100", "/usr/lib/x86_64-linux-gnu/libOpenCL.so.1.0.0"),),
    (("libGL.so.1.7.0", "/usr/lib/x86_64-linux-gnu/libGL.so.1"),),
)


def test_log() -> None:
    assert i.parse(LOG) == READ


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", i.Installed("")),
        ("1.0-550.54.14", i.Installed("1.0")),
        ("odd\n\n1: /usr/bin/nvidia-smi", i.Installed("", ("/usr/bin/nvidia-smi",))),
        ("550.1\nx\n2: /cut", i.Installed("550.1")),
        ("550.1\nx\n7: /unknown\n1: relative\n1:\n", i.Installed("550.1")),
    ],
)
def test_cut_or_odd_logs(text: str, expected: i.Installed) -> None:
    found = i.parse(text)
    assert (found.files, found.old_files, found.old_links) == (
        expected.files,
        expected.old_files,
        expected.old_links,
    )


@given(st.lists(st.sampled_from([*LOG.splitlines(), "", "rubbish", "1: /x\0y"])).map("\n".join))
def test_any_text_can_be_read(text: str) -> None:
    found = i.parse(f"1\n2\n{text}\n1: /usr/bin/nvidia-uninstall\n0\n")
    assert "/usr/bin/nvidia-uninstall" in found.files, "what stands around it hides no file"
    assert all(path.startswith("/") for path in found.files)


def test_what_is_still_there(tmp_path: Path) -> None:
    assert i.read(system_at(tmp_path)) is None
    for name, text in (("var/lib/nvidia/log", LOG), ("usr/bin/nvidia-smi", "")):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    installed = i.read(system_at(tmp_path))
    assert installed == READ
    assert i.present(system_at(tmp_path), installed) == ["/usr/bin/nvidia-smi"]
