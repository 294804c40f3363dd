# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, versions and dependencies of the model against what is known of the real packages."""

from __future__ import annotations

import re

import pytest

from lab.repository import model
from lab.repository.model import Package


def _by_name(packages: list[Package]) -> dict[str, Package]:
    return {package.name: package for package in packages}


def _closure(name: str, packages: dict[str, Package]) -> set[str]:
    """Names of the packages of the model that NAME needs, itself included."""
    todo, found = [name], set()
    while todo:
        current = todo.pop()
        if current not in found and current in packages:
            found.add(current)
            todo += [relation.split(" ")[0] for relation in packages[current].depends]
    return found


@pytest.mark.parametrize(("release", "count"), [("12-4", 61), ("12-8", 61)])
def test_the_closure_of_a_toolkit_is_the_observed_one(release: str, count: int) -> None:
    packages = _by_name(model.toolkit(release))
    closure = _closure(f"cuda-toolkit-{release}", packages)
    assert len(closure) == count
    assert packages.keys() - closure == {f"cuda-demo-suite-{release}", "cuda-toolkit", "cuda-toolkit-12"}


@pytest.mark.parametrize("release", model.NEXT_RELEASES)
def test_toolkit_13_has_the_parts_that_came_and_not_those_that_went(release: str) -> None:
    packages = _by_name([*model.toolkit(release), *model.driverless_metapackages(release)])
    closure = _closure(f"cuda-toolkit-{release}", packages)
    assert packages.keys() - closure == {"cuda-toolkit", "cuda-toolkit-13", f"cuda-{release}", "cuda"}
    assert {f"libnvvm-{release}", f"libnvptxcompiler-{release}", "cuda-toolkit-13-config-common"} <= closure
    assert not {f"cuda-{name}-{release}" for name in ("nvvm", "nvprof", "nvvp", "nsight", "demo-suite")} & set(packages)
    assert (f"libcuobjclient-{release}" in packages) is (release == "13-3")


def test_an_older_patch_release_has_the_names_of_the_newest_in_lower_versions() -> None:
    newest = _by_name(model.toolkit("12-8"))
    older = _by_name(model.older_patch("12-8-0"))
    assert older["cuda-toolkit-12-8"].version == "12.8.0-1"
    assert "cuda-nvcc-12-8 (>= 12.8.61)" in older["cuda-compiler-12-8"].depends
    assert {name for name in older if name not in newest} == {"nsight-compute-2025.1.0"}
    assert "nsight-systems-2024.6.2" not in older, "the newest has the same version"


@pytest.mark.parametrize("release", [*model.RELEASES, *model.NEXT_RELEASES])
def test_no_edge_of_a_toolkit_leads_to_the_driver(release: str) -> None:
    packages = _by_name([*model.toolkit(release), *model.driverless_metapackages(release)])
    relations = {relation.split(" ")[0] for package in packages.values() for relation in package.depends}
    outside = relations - packages.keys()
    needs = {"12-4": {"default-jre", "libtinfo5"}, "12-8": {"default-jre"}}
    assert outside == needs.get(release, set())
    assert not [name for name in packages if re.match(r"cuda-(drivers|runtime)|nvidia-", name)]


@pytest.mark.parametrize(
    ("release", "name", "version", "relation"),
    [
        ("12-4", "cuda-toolkit-12-4", "12.4.0-1", "cuda-compiler-12-4 (>= 12.4.0)"),
        ("12-4", "cuda-compiler-12-4", "12.4.0-1", "cuda-nvcc-12-4 (>= 12.4.99)"),
        ("12-4", "cuda-nvcc-12-4", "12.4.131-1", "cuda-nvvm-12-4"),
        ("12-4", "cuda-cudart-12-4", "12.4.127-1", "cuda-toolkit-12-config-common"),
        ("12-4", "nsight-systems-2023.4.4", "2023.4.4.54-1", "libtinfo5"),
        ("12-4", "cuda-libraries-12-4", "12.4.0-1", "libcublas-12-4 (>= 12.4.2.65)"),
        ("12-8", "cuda-nvcc-12-8", "12.8.93-1", "cuda-crt-12-8"),
        ("12-8", "cuda-nsight-systems-12-8", "12.8.1-1", "nsight-systems-2024.6.2 (>= 2024.6.2.225)"),
        ("12-8", "cuda-toolkit", "12.8.1-1", "cuda-toolkit-12-8 (>= 12.8.1)"),
        ("13-3", "cuda-toolkit", "13.3.0-1", "cuda-toolkit-13-3 (>= 13.3.0)"),
        ("13-3", "cuda-nvcc-13-3", "13.3.33-1", "libnvvm-13-3"),
        ("13-3", "cuda-cudart-13-3", "13.3.29-1", "cuda-toolkit-13-config-common"),
    ],
)
def test_versions_and_relations(release: str, name: str, version: str, relation: str) -> None:
    package = _by_name(model.toolkit(release))[name]
    assert package.version == version
    assert relation in package.depends


def test_the_driver_chain_has_nineteen_packages() -> None:
    packages = _by_name([*model.driver(), *model.driver_metapackages("12-8")])
    chain = _closure("cuda-runtime-12-8", packages)
    assert len(chain) == 19
    assert {
        "cuda-drivers",
        "cuda-drivers-570",
        "nvidia-driver-570",
        "nvidia-dkms-570",
        "libnvidia-compute-570",
    } <= chain
    assert packages["nvidia-dkms-570"].version == "570.124.06-0ubuntu1"
    assert packages["cuda-drivers"].version == "570.124.06-1"
    assert packages["nvidia-dkms-570"].source == "nvidia-graphics-drivers-570"


def test_only_the_driver_repositories_have_cuda_runtime() -> None:
    assert "cuda-runtime-12-8 (>= 12.8.1)" in model.driver_metapackages("12-8")[1].depends
    assert not any("runtime" in relation for p in model.driverless_metapackages("12-8") for relation in p.depends)
