# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import containerd_toml as toml

TABLE = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]\n'
DEBIAN = """version = 2

[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"
"""
IMPORTING = 'imports = ["/etc/containerd/conf.d/*.toml"]\nversion = 2\n'
OTHER = "/etc/containerd/conf.d/own.toml"
SETS = 'version = 2\n[plugins."io.containerd.grpc.v1.cri"]\n  max_container_log_line_size = 17\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, 2), ("", 1), ("root = 'x'\n", 1), ("version = 2\n", 2), (" version=3 # so\n", 3), ("# version = 3\n", 1)],
)
def test_version(text: str | None, expected: int) -> None:
    assert toml.version(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, []),
        ("version = 2\n", []),
        ("imports = []\n", []),
        ("imports = ['a.toml', \"/b/*.toml\"]\n", ["a.toml", "/b/*.toml"]),
        ('imports = [\n  "a",\n  # "no",\n  "b",\n]\n', ["a", "b"]),
        ('# imports = ["a"]\n', []),
    ],
)
def test_imports(text: str | None, expected: list[str]) -> None:
    assert toml.imports(text) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({toml.PATH: None}, False),
        ({toml.PATH: DEBIAN}, False),
        ({toml.PATH: DEBIAN + TABLE}, True),
        ({toml.PATH: "# " + TABLE}, False),
        ({toml.PATH: "version = 2\n" + TABLE.replace("nvidia]", "nvidia-cdi]")}, False),
        ({toml.PATH: "[plugins.cri.containerd.runtimes.nvidia]\n"}, True),
        ({toml.PATH: "version = 3\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.'nvidia']\n"}, True),
        # Of another version of the configuration, which containerd does not read.
        ({toml.PATH: "version = 3\n" + TABLE}, False),
        ({toml.PATH: IMPORTING, OTHER: "version = 2\n" + TABLE}, True),
        # containerd 1.x takes the section of the last file alone.
        ({toml.PATH: IMPORTING + TABLE, OTHER: SETS}, False),
        ({toml.PATH: IMPORTING + TABLE, OTHER: "version = 2\n[debug]\n"}, True),
    ],
)
def test_knows(files: dict[str, str | None], expected: bool) -> None:
    assert toml.knows(files) is expected


def test_the_block_stands_where_it_counts() -> None:
    assert toml.place({toml.PATH: None}) == toml.PATH
    assert toml.place({toml.PATH: IMPORTING, OTHER: "version = 2\n"}) == toml.PATH
    files: dict[str, str | None] = {toml.PATH: IMPORTING + SETS[12:], OTHER: SETS}
    assert toml.place(files) == OTHER
    text = toml.with_runtime(files)
    assert text.startswith(SETS + toml.BEGIN) and text.endswith(toml.END)
    assert toml.knows({**files, OTHER: text}) and toml.has_block(text)
    assert toml.without_runtime(text) == SETS


@pytest.mark.parametrize(
    ("text", "table"),
    [
        (None, '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]'),
        ("", "[plugins.cri.containerd.runtimes.nvidia]"),
        ("version = 2", '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.nvidia]'),
        ("version = 3\n", '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.nvidia]'),
        ("version = 4\n", '[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.nvidia]'),
    ],
)
def test_each_version_of_the_configuration(text: str | None, table: str) -> None:
    after = toml.with_runtime({toml.PATH: text})
    assert f"\n{table}\n" in after and toml.knows({toml.PATH: after})
    assert after.startswith(text or "") and "SystemdCgroup" not in after


def test_cgroups_as_runc_does_it() -> None:
    options = '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n'
    assert "SystemdCgroup = true\n# wslfleet" in toml.with_runtime(
        {toml.PATH: f"{DEBIAN}{options}  SystemdCgroup = true\n"}
    )
    assert "SystemdCgroup" not in toml.with_runtime({toml.PATH: f"{DEBIAN}{options}"})


def test_default() -> None:
    text = '[plugins."io.containerd.grpc.v1.cri".containerd]\n  default_runtime_name = "nvidia"\n'
    assert toml.is_default({toml.PATH: None, OTHER: text}) and not toml.is_default({toml.PATH: DEBIAN})
