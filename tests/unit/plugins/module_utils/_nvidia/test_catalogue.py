# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d

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
    assert c.release_name(os_release) == name


def test_packages_of_the_guide() -> None:
    assert c.package_names("12.8", ["toolkit"]) == ["cuda-toolkit-12-8"]


def test_order_is_kept_and_repeats_go() -> None:
    assert c.package_names("12.4", ["nvcc", "libraries-dev", "nvcc"]) == ["cuda-nvcc-12-4", "cuda-libraries-dev-12-4"]


def test_components_exist_and_are_no_drivers() -> None:
    found = [name for component in c.COMPONENTS for name in c.package_names("12.8", [component])]
    assert len(found) == len(c.COMPONENTS) > 50
    assert set(found) <= set(names(UBUNTU2404))
    assert [name for name in found if d.why_refused(name) or not c.belongs_to_version(name, "12.8")] == []


@pytest.mark.parametrize(
    ("version", "parsed", "short", "exact"),
    [
        ("12.0", (12, 0, None), "12.0", ""),
        ("12.8", (12, 8, None), "12.8", ""),
        ("12.8.1", (12, 8, 1), "12.8", "12.8.1"),
        ("13.5", (13, 5, None), "13.5", ""),
        ("13.17", (13, 17, None), "13.17", ""),
        ("12.latest", (12, None, None), "", ""),
        ("13.latest", (13, None, None), "", ""),
    ],
)
def test_known_version(version: str, parsed: tuple[object, ...], short: str, exact: str) -> None:
    assert c.check_version(version) == version
    found = c.parse_version(version)
    assert ((found.major, found.minor, found.patch), found.short, found.exact) == (parsed, short, exact)


def test_an_open_minor_number_stands_for_the_newest() -> None:
    assert c.package_names("12.latest", ["nvcc"]) == ["cuda-nvcc-12-9"]
    assert c.package_names("12.8.1", ["nvcc"]) == ["cuda-nvcc-12-8"]


@pytest.mark.parametrize(
    ("version", "component", "words"),
    [
        ("13.0", "nvprof", "'nvprof' exists in CUDA 12.9 and earlier, not in 13.0"),
        ("12.3", "nvfatbin-dev", "'nvfatbin-dev' exists in CUDA 12.4 and later, not in 12.3"),
        ("13.latest", "nsight", "not in 13.5"),
    ],
)
def test_components_come_and_go(version: str, component: str, words: str) -> None:
    with pytest.raises(c.CatalogueError, match=re.escape(words)):
        c.package_names(version, [component])


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("12.4", ((5, 0), (9, 0))),
        ("12.8.1", ((5, 0), (12, 0))),
        ("12.latest", ((5, 0), (12, 1))),
        ("13.9", ((7, 5), (12, 1))),
    ],
)
def test_capabilities(version: str, expected: object) -> None:
    assert c.capabilities(version) == expected


@pytest.mark.parametrize(
    "version, message",
    [
        ("12.7", "cuda_version '12.7': no such toolkit; known: 12.0, "),
        ("12", "cuda_version '12': write major and minor, quoted, as in \"12.8\"; known: "),
        ("128", "write major and minor"),
        ("12.8.1.1", "no such toolkit"),
        ("12.8.x", "no such toolkit"),
        ("12.latest.1", "no such toolkit"),
        ("13.05", "no such toolkit"),
        ("latest", 'say of which major version, as in "12.latest"'),
        ("12-8", "no such toolkit"),
        ("12.10", "no such toolkit"),
        ("11.8", "no such toolkit"),
        ("", "no such toolkit"),
        ("12.8\n", "no such toolkit"),
    ],
)
def test_unknown_version(version: str, message: str) -> None:
    with pytest.raises(c.CatalogueError, match=re.escape(message)) as caught:
        c.package_names(version, ["toolkit"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "component",
    ["cuda", "cuda-12-8", "cuda-drivers", "cuda-drivers-570", "cuda-runtime", "cuda-demo-suite", "nvidia-driver-570",
     "driver", "drivers"],
)  # fmt: skip
def test_what_brings_a_driver_is_refused(component: str) -> None:
    message = f"cuda_components: {component!r} brings a Linux driver, which WSL must not have; name one of: toolkit, "
    with pytest.raises(c.CatalogueError, match=re.escape(message)):
        c.package_names("12.8", ["toolkit", component])


@pytest.mark.parametrize("component", ["tookit", "", "cuda-toolkit-12-8", "cudnn", "Toolkit"])
def test_unknown_component(component: str) -> None:
    with pytest.raises(c.CatalogueError, match=re.escape(f"{component!r} is not known; name one of: toolkit, ")):
        c.package_names("12.8", [component])


def test_no_component() -> None:
    with pytest.raises(c.CatalogueError, match="cuda_components is empty; name one of: toolkit, "):
        c.package_names("12.8", [])


@pytest.mark.parametrize(
    "version, driver", [("12.0", (527, 41)), ("12.9", (527, 41)), ("13.0", (580, 0)), ("13.5", (580, 0))]
)
def test_minimum_driver(version: str, driver: tuple[int, int]) -> None:
    assert c.minimum_driver(version) == driver


def test_keys_are_full_fingerprints() -> None:
    assert c.OLD_KEY == "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"
    assert c.CURRENT_KEY == "EB693B3035CD5710E231E123A4B469963BF863CC"


# Which names belong to a toolkit

NOT_PARTS = {"cuda", "cuda-12-8", "cuda-runtime-12-8", "cuda-demo-suite-12-8"}


def test_toolkit_or_driver() -> None:
    """Every package of NVIDIA's repository is a part of the toolkit, a driver, or one of four metapackages."""
    others = {name for name in names(UBUNTU2404) if d.why_driver(name) is not None} | NOT_PARTS
    assert {name for name in names(UBUNTU2404) if not c.is_toolkit_package(name)} == others
    assert others > NOT_PARTS


@pytest.mark.parametrize(
    "name",
    ["cuda-drivers-570", "cuda-compat-12-8", "nvidia-cuda-toolkit", "cuda-keyring", "libcudnn9-cuda-12", "libnccl2",
     "libcuda1", "libnvidia-compute-570", "cudart", "libcudart12", "nvidia-fs", "cuda"],
)  # fmt: skip
def test_not_of_the_toolkit(name: str) -> None:
    assert not c.is_toolkit_package(name)


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
    assert c.belongs_to_version(name, version) is belongs
