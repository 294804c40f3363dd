# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg as d
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import relations


def package(name: str, status: str = "install ok installed", **fields: str) -> d.Package:
    return d.Package(name, "amd64", "1", d.code_of(status), fields)


CASES: list[tuple[str, list[d.Package], set[str], set[str]]] = [
    ("nobody needs it", [package("libcuda1"), package("a")], {"libcuda1"}, set()),
    ("direct", [package("libcuda1"), package("a", Depends="libc6, libcuda1 (>= 1)")], {"libcuda1"}, {"a"}),
    ("pre-dependency", [package("x"), package("a", **{"Pre-Depends": "x"})], {"x"}, {"a"}),
    ("recommendation only", [package("x"), package("a", Recommends="x")], {"x"}, set()),
    ("chain", [package("x"), package("a", Depends="x"), package("b", Depends="a:any")], {"x"}, {"a", "b"}),
    ("an alternative stays", [package("x"), package("y"), package("a", Depends="x | y")], {"x"}, set()),
    ("an alternative is not there", [package("x"), package("a", Depends="x | y")], {"x"}, {"a"}),
    ("both alternatives go", [package("x"), package("y"), package("a", Depends="x | y")], {"x", "y"}, {"a"}),
    (
        "a virtual package",
        [package("drv", Provides="libcuda1 (= 570), opencl-icd"), package("a", Depends="libcuda1")],
        {"drv"},
        {"a"},
    ),
    (
        "another one provides it",
        [package("drv", Provides="opencl-icd"), package("pocl", Provides="opencl-icd"),
         package("a", Depends="opencl-icd")],
        {"drv"},
        set(),
    ),
    (
        "a half-configured metapackage",
        [package("nvidia-dkms-570", "install ok half-configured"),
         package("cuda", "install ok unpacked", Depends="nvidia-dkms-570")],
        {"nvidia-dkms-570"},
        {"cuda"},
    ),
    (
        "only its configuration is left",
        [package("x"), package("a", "deinstall ok config-files", Depends="x")],
        {"x"},
        set(),
    ),
    ("was broken before", [package("x"), package("a", Depends="missing")], {"x"}, set()),
]  # fmt: skip


@pytest.mark.parametrize("packages, removed, expected", [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_dependents(packages: list[d.Package], removed: set[str], expected: set[str]) -> None:
    away = [package for package in packages if package.name in removed]
    assert {package.name for package in relations.dependents(packages, away)} == expected


def arch(name: str, architecture: str, **fields: str) -> d.Package:
    more = {key.replace("_", "-"): value for key, value in fields.items()}
    return d.Package(name, architecture, "1", "ii", {"Package": name, **more})


def test_a_package_of_another_architecture_does_not_stand_in() -> None:
    foreign, own = arch("libcuda1", "i386"), arch("libcuda1", "amd64")
    program, game = arch("program", "amd64", Depends="libcuda1"), arch("game", "i386", Depends="libcuda1")
    script = arch("script", "all", Depends="libcuda1")
    packages = [foreign, own, program, game, script]
    assert relations.dependents(packages, [foreign]) == [game]
    assert {item.name for item in relations.dependents(packages, [own])} == {"program"}
    assert {item.name for item in relations.dependents(packages, [own, foreign])} == {"program", "game", "script"}
    useful = arch("libcuda1", "i386", Multi_Arch="foreign")
    assert relations.dependents([useful, own, program], [own]) == []


def test_what_a_package_lacks() -> None:
    packages = [arch("a", "amd64", Depends="b | c, d"), arch("d", "amd64"), arch("e", "amd64", Depends="d (>= 1)")]
    assert [(item.name, name) for item, name in relations.unmet(packages)] == [("a", "b | c")]
