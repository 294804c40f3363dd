# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows G11, G12, G14, G15 and G24 of the guide: the toolkit, from the files of a distribution to the verdicts."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import toolkit, toolkit_state
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import search_path

NVCC = "/usr/local/cuda-12.8/bin/nvcc"
LIBRARIES = "/usr/local/cuda-12.8/targets/x86_64-linux/lib"
REPOSITORY = "deb https://developer.download.nvidia.com/compute/cuda/repos/{}/x86_64/ /\n"
LIST = "/etc/apt/sources.list.d/cuda.list"


def database(*names: str) -> dpkg.Database:
    """Installed packages with these NAMES, each as ``name`` or ``name=version``."""
    parts = [name.partition("=")[::2] for name in names]
    return dpkg.Database(tuple(dpkg.Package(name, "amd64", version or "1", "ii") for name, version in parts), False)


READY = toolkit_state.State(
    database("cuda-toolkit-12-8", "g++=4:13.2.0", "libc6=2.39-0ubuntu8"),
    default="/usr/local/cuda-12.8",
    nvcc=NVCC,
    first_nvccs=(search_path.FirstNvcc("the login shell of anna", "/usr/local/bin/nvcc", NVCC),),
    libraries=LIBRARIES,
    libraries_named=("/etc/ld.so.conf.d/000_cuda.conf",),
    smoke="ran_on_gpu",
)
NONE = toolkit_state.State(database())


def row(name: str, state: toolkit_state.State, guarded: bool = True) -> Verdict:
    found = {entry.id: entry for entry in toolkit.rows(state, guarded)}
    assert bool(found[name].remedy) is (found[name].level != "ok")
    return found[name]


@pytest.mark.parametrize(
    ("names", "level", "words"),
    [
        (("cuda-toolkit-12-8",), "ok", "12.8; default /usr/local/cuda-12.8; needs Windows driver 527.41 or later"),
        (("cuda-nvcc-12-4", "cuda-toolkit-13-0"), "ok", "12.4, 13.0; default"),
        (("cuda-toolkit-13-0",), "ok", "needs Windows driver 580.00 or later"),
        (("cuda-cudart-12-8",), "info", "no CUDA toolkit is installed"),
    ],
)
def test_g11_toolkit(names: tuple[str, ...], level: str, words: str) -> None:
    found = row("toolkit", replace(READY, database=database(*names)))
    assert (found.row, found.level) == ("G11", level) and words in found.seen


@pytest.mark.parametrize(
    ("sources", "guarded", "level", "words"),
    [
        ({LIST: REPOSITORY.format("wsl-ubuntu")}, False, "ok", f"({LIST}); none that contains drivers"),
        (
            {"/etc/apt/sources.list.d/cuda-mirror.sources": "Types: deb\nURIs: http://mirror/x\nSuites: /\n"},
            True,
            "ok",
            "a",
        ),
        ({LIST: "deb file:/var/cuda-repo-wsl-ubuntu-12-8-local /\n"}, True, "ok", "a local installer"),
        ({LIST: REPOSITORY.format("ubuntu2404")}, True, "ok", "ubuntu2404 (/etc/apt/sources.list.d/cuda.list), which"),
        ({LIST: REPOSITORY.format("debian12")}, False, "warn", "and no guard"),
        ({LIST: REPOSITORY.format("ubuntu2404") + REPOSITORY.format("wsl-ubuntu")}, False, "warn", "ubuntu2404"),
        ({LIST: "deb http://me:secret@mirror/cuda/repos/ubuntu2204/x86_64 /\n"}, True, "ok", "ubuntu2204 (/etc"),
        ({LIST: "# " + REPOSITORY.format("ubuntu2404")}, False, "info", "no repository with a CUDA toolkit"),
        ({LIST: "deb http://deb.debian.org/debian bookworm main\n"}, True, "info", "no repository with a CUDA toolkit"),
        ({}, True, "info", "no repository with a CUDA toolkit"),
    ],
)
def test_g12_source(sources: dict[str, str], guarded: bool, level: str, words: str) -> None:
    found = row("toolkit_source", replace(READY, sources=sources), guarded)
    assert (found.row, found.level) == ("G12", level) and words in found.seen
    assert "secret" not in found.seen


@pytest.mark.parametrize(
    ("names", "level", "words"),
    [
        (("cuda-toolkit-12-8", "cuda-nvcc-12-8"), "ok", "12.8: the whole toolkit, 2 components"),
        (("cuda-nvcc-12-8", "libcublas-dev-12-8", "bash"), "ok", "12.8: cublas-dev, nvcc"),
        (("cuda-nvcc-12-4", "cuda-toolkit-12-8"), "ok", "12.4: nvcc; 12.8: the whole toolkit"),
        (tuple(f"lib{name}-12-8" for name in ("cublas", "cufft", "cufile", "curand", "cusolver", "cusparse", "npp",
               "nvjitlink", "nvfatbin")), "ok", "npp, nvfatbin and 1 more"),
        (("cuda-12-8", "libsomething-1-2"), "info", "no component of a CUDA toolkit is installed"),
        ((), "info", "no component"),
    ],
)  # fmt: skip
def test_g14_components(names: tuple[str, ...], level: str, words: str) -> None:
    found = row("components", replace(READY, database=database(*names)))
    assert (found.row, found.level) == ("G14", level) and words in found.seen


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, "ok", f"{NVCC} with g++ 13 compiled a program; it ran: ran_on_gpu"),
        ({"smoke": "no_gpu"}, "info", "no_gpu"),
        ({"smoke": "driver_shadowed"}, "warn", "driver_shadowed"),
        ({"smoke": "toolkit_newer_than_driver"}, "warn", "toolkit_newer_than_driver"),
        ({"smoke": ""}, "info", "fits; no program was tried with them"),
        ({"database": database("g++=4:15.1.0", "libc6=2.39")}, "warn", "CUDA 12.8 works with g++ 14 or older"),
        ({"database": database("g++=4:13.2.0", "libc6=2.41")}, "warn", "cannot compile with the C library 2.41"),
        ({"database": database("libc6=2.39")}, "warn", "no g++, which it needs"),
        ({"database": database("libc6=2.39", "g++-12"), "smoke": ""}, "info", "with g++ 12 fits"),
        ({"nvcc": ""}, "info", "no nvcc: programs that exist run by libcuda alone"),
    ],
)
def test_g15_compile(changes: dict[str, t.Any], level: str, words: str) -> None:
    found = row("compile", replace(READY, **changes))
    assert (found.row, found.level) == ("G15", level) and words in found.seen


def other(where: str) -> tuple[search_path.FirstNvcc, ...]:
    return (search_path.FirstNvcc("the login shell of anna", where, where),)


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, "ok", f"every shell finds {NVCC}"),
        ({"first_nvccs": other("/opt/nvcc")}, "warn", f"the login shell of anna finds /opt/nvcc, not {NVCC}"),
        ({"first_nvccs": other("")}, "warn", "the login shell of anna finds no nvcc"),
        ({"first_nvccs": other("") * 7}, "warn", "and 2 more"),
        ({"nvcc": ""}, "info", "the default toolkit has no nvcc"),
    ],
)
def test_g24_nvcc(changes: dict[str, t.Any], level: str, words: str) -> None:
    found = row("nvcc", replace(READY, **changes))
    assert (found.row, found.level) == ("G24", level) and words in found.seen


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, "ok", "/etc/ld.so.conf.d/000_cuda.conf to its libraries"),
        ({"libraries": "", "libraries_named": ()}, "ok", "lead to /usr/local/cuda-12.8"),
        ({"libraries_named": ()}, "warn", f"no file in /etc/ld.so.conf.d names {LIBRARIES}"),
        ({"commands_missing": ("/etc/profile.d/wslfleet-cuda.sh",)}, "warn", "changed since: /etc/profile.d/wslfleet-"),
        ({"commands_missing": tuple(f"/usr/local/bin/{number}" for number in range(12))}, "warn", " and 4 more"),
        ({"nvcc": ""}, "info", "nothing to put into PATH"),
    ],
)
def test_g24_search_paths(changes: dict[str, t.Any], level: str, words: str) -> None:
    found = row("toolkit_path", replace(READY, **changes))
    assert (found.row, found.level) == ("G24", level) and words in found.seen


def test_every_row_is_told_without_a_toolkit() -> None:
    found = toolkit.rows(NONE, guarded=False)
    assert {entry.row for entry in found} == {"G11", "G12", "G14", "G15", "G24"}
    assert {entry.level for entry in found} == {"info"}
