# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import host_compiler as h

DEBIAN_12 = h.Host((2, 36), 12, (12,))
UBUNTU_2404 = h.Host((2, 39), 13, (13,))
DEBIAN_13 = h.Host((2, 41), 14, (14,))
UBUNTU_2510 = h.Host((2, 42), 15, (15,))
UBUNTU_2604 = h.Host((2, 43), 15, (15,))


@pytest.mark.parametrize(
    ("version", "host", "words"),
    [
        pytest.param("12.0", DEBIAN_12, "", id="Debian 12"),
        pytest.param("12.4", UBUNTU_2404, "", id="Ubuntu 24.04"),
        pytest.param("12.9", DEBIAN_13, "C library 2.41 .* use cuda_version 13.0 or newer", id="cuda-samples#378"),
        pytest.param("12.4", DEBIAN_13, "use cuda_version 13.0 or newer", id="12.5 is no way out on Debian 13"),
        pytest.param("13.0", DEBIAN_13, "", id="13.0 on Debian 13"),
        pytest.param("13.1", UBUNTU_2604, "C library 2.43 .* cuda_version 13.2 or", id="llama.cpp#23205"),
        pytest.param("13.0", UBUNTU_2510, "cuda_version 13.2 or newer", id="llama.cpp#16685"),
        pytest.param("12.3", UBUNTU_2404, "g[+][+] 12 or older.* 13: use cuda_version 12.4 or newer$", id="gcc"),
        pytest.param("12.9", h.Host((2, 39), 15), "here it is 15: use cuda_version 13.0", id="llama.cpp#23209"),
        pytest.param("13.5", h.Host((2, 44), 17), "no toolkit that is known works here", id="newer than all"),
        pytest.param("13.9", h.Host((2, 44), 17), "", id="toolkit newer than the table"),
        pytest.param("12.0", h.Host(), "", id="unknown"),
    ],
)
def test_problem(version: str, host: h.Host, words: str) -> None:
    found = h.problem(version, host)
    assert bool(found) == bool(words)
    assert re.search(words, found)


def test_an_older_compiler_of_the_archive_is_a_way_out() -> None:
    found = h.problem("12.3", UBUNTU_2404, ["g++-9", "g++-11", "g++-12", "g++-13"])
    assert found.endswith("; or install g++-12 of this distribution first and call nvcc with -ccbin g++-12")
    both = h.Host((2, 39), 13, (11, 12, 13))
    assert (h.problem("12.3", both), h.compiler("12.3", both)) == ("", "g++-12")
    assert h.compiler("12.4", both) == ""


def test_the_host_by_its_packages() -> None:
    text = "".join(
        f"Package: {name}\nStatus: {state}\nVersion: {version}\n\n"
        for name, state, version in [
            ("libc6", "install ok installed", "2.41-12+deb13u1"),
            ("g++-12", "install ok installed", "12.4.0-5"),
            ("g++-13", "deinstall ok config-files", "13.3.0-1"),
        ]
    )
    packages = dpkg.parse_status(text)
    assert h.host_of(packages) == h.Host((2, 41), None, (12,))
    assert h.host_of(packages, {"g++": "4:14.2.0-1", "g++-14": "14.2.0-19"}) == h.Host((2, 41), 14, (12, 14))
    assert h.host_of([]) == h.Host()


def test_only_what_compiles_is_judged() -> None:
    assert h.compiles(["cuda-libraries-12-8", "cuda-nvcc-12-8"])
    assert not h.compiles(["cuda-libraries-12-8", "cuda-toolkit-config-common"])
    assert h.fitting(DEBIAN_13, (12, 5)) == "13.0"
    assert h.fitting(UBUNTU_2404, (12, 5)) == "12.5"
