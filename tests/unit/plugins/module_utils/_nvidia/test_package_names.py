# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import package_names

from tests.unit.plugins.module_utils.index_data import UBUNTU2404, names


@pytest.mark.parametrize(
    ("os_release", "name"),
    [
        ('NAME="x"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n', "ubuntu2404"),
        ('ID="debian"\nVERSION_ID="13"\n', "debian13"),
        ("ID=fedora\nVERSION_ID=42\n", "fedora42"),
        ("ID=debian\n", "debian"),
        ("", ""),
    ],
)
def test_name_of_a_release(os_release: str, name: str) -> None:
    assert package_names.release_name(os_release) == name


def test_packages_of_the_guide() -> None:
    assert package_names.package_names("12.8", ["toolkit"]) == ["cuda-toolkit-12-8"]


def test_order_is_kept_and_repeats_go() -> None:
    assert package_names.package_names("12.4", ["nvcc", "libraries-dev", "nvcc"]) == [
        "cuda-nvcc-12-4",
        "cuda-libraries-dev-12-4",
    ]


def test_an_open_minor_number_stands_for_the_newest() -> None:
    assert package_names.package_names("12.latest", ["nvcc"]) == ["cuda-nvcc-12-9"]
    assert package_names.package_names("12.8.1", ["nvcc"]) == ["cuda-nvcc-12-8"]


NOT_PARTS = {"cuda", "cuda-12-8", "cuda-runtime-12-8", "cuda-demo-suite-12-8"}


def test_toolkit_or_driver() -> None:
    """Every package of NVIDIA's repository is a part of the toolkit, a driver, or one of four metapackages."""
    others = {name for name in names(UBUNTU2404) if d.why_driver(name) is not None} | NOT_PARTS
    assert {name for name in names(UBUNTU2404) if not package_names.is_toolkit_package(name)} == others
    assert others > NOT_PARTS


@pytest.mark.parametrize(
    "name",
    ["cuda-drivers-570", "cuda-compat-12-8", "nvidia-cuda-toolkit", "cuda-keyring", "libcudnn9-cuda-12", "libnccl2",
     "libcuda1", "libnvidia-compute-570", "cudart", "libcudart12", "nvidia-fs", "cuda"],
)  # fmt: skip
def test_not_of_the_toolkit(name: str) -> None:
    assert not package_names.is_toolkit_package(name)


@pytest.mark.parametrize(
    "name, version, belongs",
    [
        ("cuda-nvcc-12-8", "12.8", True),
        ("cuda-nvcc-12-8", "12.6", False),
        ("cuda-nvcc-11-8", "1.8", False),
        ("cuda-toolkit-12-8-config-common", "12.8", True),
        ("cuda-toolkit-12-config-common", "12.8", False),
        ("libcublas-dev-12-8", "12.8", True),
        ("libnvvm-13-0", "13.0", True),
        ("cuda-12-8", "12.8", False),
        ("cuda-runtime-12-8", "12.8", False),
        ("cuda-drivers-570", "12.8", False),
    ],
)
def test_belongs_to_version(name: str, version: str, belongs: bool) -> None:
    assert package_names.belongs_to_version(name, version) is belongs
