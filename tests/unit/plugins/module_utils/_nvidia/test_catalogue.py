# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import package_names

from tests.unit.plugins.module_utils.index_data import UBUNTU2404, names


def test_components_exist_and_are_no_drivers() -> None:
    found = [name for component in c.COMPONENTS for name in package_names.package_names("12.8", [component])]
    assert len(found) == len(c.COMPONENTS) > 50
    assert set(found) <= set(names(UBUNTU2404))
    assert [name for name in found if d.why_refused(name) or not package_names.belongs_to_version(name, "12.8")] == []


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
        package_names.package_names(version, [component])


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
        package_names.package_names(version, ["toolkit"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "component",
    ["cuda", "cuda-12-8", "cuda-drivers", "cuda-drivers-570", "cuda-runtime", "cuda-demo-suite", "nvidia-driver-570",
     "driver", "drivers"],
)  # fmt: skip
def test_what_brings_a_driver_is_refused(component: str) -> None:
    message = f"cuda_components: {component!r} installs a Linux driver, which WSL must not have; name one of: toolkit, "
    with pytest.raises(c.CatalogueError, match=re.escape(message)):
        package_names.package_names("12.8", ["toolkit", component])


@pytest.mark.parametrize("component", ["tookit", "", "cuda-toolkit-12-8", "cudnn", "Toolkit"])
def test_unknown_component(component: str) -> None:
    with pytest.raises(c.CatalogueError, match=re.escape(f"{component!r} is not known; name one of: toolkit, ")):
        package_names.package_names("12.8", [component])


def test_no_component() -> None:
    with pytest.raises(c.CatalogueError, match="cuda_components is empty; name one of: toolkit, "):
        package_names.package_names("12.8", [])


@pytest.mark.parametrize(
    "version, driver", [("12.0", (527, 41)), ("12.9", (527, 41)), ("13.0", (580, 0)), ("13.5", (580, 0))]
)
def test_minimum_driver(version: str, driver: tuple[int, int]) -> None:
    assert c.minimum_driver(version) == driver


def test_keys_are_full_fingerprints() -> None:
    assert c.OLD_KEY == "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80"
    assert c.CURRENT_KEY == "EB693B3035CD5710E231E123A4B469963BF863CC"


# Which names belong to a toolkit
