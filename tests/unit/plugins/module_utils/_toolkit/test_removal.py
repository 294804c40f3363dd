# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import removal as r


def database(*lines: str) -> dpkg.Database:
    """``name needs,these``; a name with a leading minus has only its configuration files left."""
    stanzas = []
    for line in lines:
        name, _blank, needs = line.partition(" ")
        state = "deinstall ok config-files" if name.startswith("-") else "install ok installed"
        stanzas.append(f"Package: {name.lstrip('-')}\nStatus: {state}\nVersion: 1\nDepends: {needs}\n")
    return dpkg.Database(tuple(dpkg.parse_status("\n".join(stanzas))), False)


BOTH = (
    "cuda-toolkit cuda-toolkit-12-8",
    "cuda-toolkit-12 cuda-toolkit-12-8",
    "cuda-toolkit-12-4 cuda-tools-12-4, cuda-cudart-12-4",
    "cuda-toolkit-12-8 cuda-tools-12-8, cuda-cudart-12-8",
    "cuda-tools-12-4 nsight-systems-2023.4.4",
    "cuda-tools-12-8 nsight-systems-2024.6.2",
    "cuda-cudart-12-4 cuda-toolkit-config-common, cuda-toolkit-12-config-common",
    "cuda-cudart-12-8 cuda-toolkit-config-common, cuda-toolkit-12-config-common",
    "nsight-systems-2023.4.4",
    "nsight-systems-2024.6.2",
    "cuda-toolkit-config-common",
    "cuda-toolkit-12-config-common",
    "-libcublas-12-4",
    "cuda-keyring",
)
AUTOMATIC = {
    "nsight-systems-2023.4.4",
    "nsight-systems-2024.6.2",
    "cuda-toolkit-config-common",
    "cuda-toolkit-12-config-common",
}


@pytest.mark.parametrize(
    ("versions", "automatic", "gone"),
    [
        (
            ["12.4"],
            AUTOMATIC,
            ["cuda-cudart-12-4", "cuda-toolkit-12-4", "cuda-tools-12-4", "libcublas-12-4", "nsight-systems-2023.4.4"],
        ),
        (["12.4"], set(), ["cuda-cudart-12-4", "cuda-toolkit-12-4", "cuda-tools-12-4", "libcublas-12-4"]),
        (["12.6"], AUTOMATIC, []),
        (
            ["12.8"],
            AUTOMATIC,
            [
                "cuda-cudart-12-8",
                "cuda-toolkit",
                "cuda-toolkit-12",
                "cuda-toolkit-12-8",
                "cuda-tools-12-8",
                "nsight-systems-2024.6.2",
            ],
        ),
    ],
)
def test_what_goes(versions: list[str], automatic: set[str], gone: list[str]) -> None:
    assert list(r.of_versions(database(*BOTH), automatic, versions)) == gone


def test_the_last_one_takes_the_shared_parts() -> None:
    gone = r.of_versions(database(*BOTH), AUTOMATIC, ["12.4", "12.8"])
    assert set(gone) == {line.split()[0].lstrip("-") for line in BOTH} - {"cuda-keyring"}


def test_which_toolkits_are_there() -> None:
    assert r.installed_versions(database(*BOTH, "-cuda-nvcc-11-8", "cuda-drivers-12-1", "cuda-gdb-13-0")) == [
        "12.4",
        "12.8",
        "13.0",
    ]
