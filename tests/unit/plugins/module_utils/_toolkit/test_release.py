# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import deb822
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import release as toolkit_release


def stanza(name: str, version: str, depends: str = "") -> str:
    return f"Package: {name}\nVersion: {version}\nDepends: {depends}\n"


def release(meta: str, nvcc: str, cudart: str, nsight: str) -> list[str]:
    return [
        stanza(
            "cuda-toolkit-12-8",
            f"{meta}-1",
            f"cuda-compiler-12-8 (>= {meta}), cuda-tools-12-8 (>= {meta}), default-jre",
        ),
        stanza("cuda-compiler-12-8", f"{meta}-1", f"cuda-nvcc-12-8 (>= {nvcc}), cuda-cudart-12-8 (>= {cudart}) | x"),
        stanza("cuda-tools-12-8", f"{meta}-1", f"nsight-systems-{nsight} (>= {nsight}.7)"),
        stanza("cuda-nvcc-12-8", f"{nvcc}-1", "cuda-crt-12-8, build-essential"),
        stanza("cuda-crt-12-8", f"{nvcc}-1"),
        stanza("cuda-cudart-12-8", f"{cudart}-1", "cuda-toolkit-12-8-config-common, cuda-toolkit-config-common"),
        stanza("cuda-toolkit-12-8-config-common", f"{cudart}-1"),
        stanza("cuda-toolkit-config-common", f"{cudart}-1"),
        stanza(f"nsight-systems-{nsight}", f"{nsight}.7-1"),
    ]


TEXT = "\n".join(
    [*release("12.8.0", "12.8.61", "12.8.57", "2024.6.2"), *release("12.8.1", "12.8.93", "12.8.90", "2024.6.3")]
)
INDEX = toolkit_release.index_of(deb822.parse_stanzas(TEXT))


def test_minors() -> None:
    names = ["cuda-toolkit-12-4", "cuda-toolkit-12-10", "cuda-toolkit-13-0", "cuda-toolkit-12-4-config-common", "x"]
    assert toolkit_release.minors(names, 12) == [4, 10]


def test_releases() -> None:
    assert toolkit_release.releases(INDEX, "cuda-toolkit-12-8") == ["12.8.0", "12.8.1"]


def test_the_whole_release_is_of_one_piece() -> None:
    found = toolkit_release.parts(INDEX, "12.8.0", ["cuda-toolkit-12-8"])
    assert found == {
        "cuda-toolkit-12-8": "12.8.0-1",
        "cuda-compiler-12-8": "12.8.0-1",
        "cuda-tools-12-8": "12.8.0-1",
        "cuda-nvcc-12-8": "12.8.61-1",
        "cuda-crt-12-8": "12.8.61-1",
        "cuda-cudart-12-8": "12.8.57-1",
        "cuda-toolkit-12-8-config-common": "12.8.57-1",
        "nsight-systems-2024.6.2": "2024.6.2.7-1",
    }
    assert toolkit_release.parts(INDEX, "12.8.1", ["cuda-toolkit-12-8"])["cuda-nvcc-12-8"] == "12.8.93-1"


def test_a_component_brings_what_it_needs_and_no_more() -> None:
    assert toolkit_release.parts(INDEX, "12.8.0", ["cuda-nvcc-12-8"]) == {
        "cuda-nvcc-12-8": "12.8.61-1",
        "cuda-crt-12-8": "12.8.61-1",
    }


@pytest.mark.parametrize(
    ("version", "wanted", "words"),
    [
        ("12.8.3", "cuda-nvcc-12-8", "contains toolkit 12.8.3; of 12.8 there are 12.8.0, 12.8.1"),
        ("12.9.0", "cuda-nvcc-12-9", "contains toolkit 12.9.0; of 12.9 there is none"),
        ("12.8.1", "cuda-gdb-12-8", "toolkit 12.8.1 has no cuda-gdb-12-8"),
    ],
)
def test_what_is_not_there(version: str, wanted: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        toolkit_release.parts(INDEX, version, [wanted])
