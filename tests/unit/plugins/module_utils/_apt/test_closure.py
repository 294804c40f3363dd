# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import closure as c
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.index_data import BOOKWORM, TRIXIE, UBUNTU2404, names, stanzas

PULLERS = [
    (BOOKWORM, {"nvidia-cuda-toolkit", "nvidia-cuda-dev", "nvidia-settings", "python3-pycuda", "hashcat-nvidia",
                "nsight-systems", "nvidia-cudnn", "nvidia-settings-tesla-470", "libnvidia-ml-dev"}),
    (TRIXIE, {"nvidia-cuda-toolkit", "nvidia-cuda-dev", "nvidia-settings", "python3-pycuda", "hashcat-nvidia",
              "libtorch-cuda-2.6", "nsight-systems", "libnvidia-ml-dev"}),
    (UBUNTU2404, {"cuda", "cuda-12-8", "cuda-runtime-12-8", "cuda-demo-suite-12-8"}),
]  # fmt: skip


@pytest.mark.parametrize("index, expected", PULLERS)
def test_pullers(index: str, expected: set[str]) -> None:
    found = c.pullers(stanzas(index))
    assert expected <= set(found)
    assert [end for end in found.values() if not d.why_driver(end)] == []
    assert [name for name in found if d.why_driver(name)] == []


@pytest.mark.parametrize(
    "index, name",
    [(BOOKWORM, "libcudart11.0"), (BOOKWORM, "libnvidia-egl-gbm1"), (BOOKWORM, "nvidia-cg-toolkit"),
     (TRIXIE, "libcudart12"), (TRIXIE, "nvidia-profiler"), (UBUNTU2404, "cuda-toolkit-12-8")],
)  # fmt: skip
def test_not_a_puller(index: str, name: str) -> None:
    assert name in names(index)
    assert name not in c.pullers(stanzas(index))


GRAPHS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("direct", {"app": "libcuda1"}, {"app": "libcuda1"}),
    ("through another", {"app": "middle", "middle": "libcuda1"}, {"app": "libcuda1", "middle": "libcuda1"}),
    ("a way out", {"app": "libcuda1 | mock", "mock": ""}, {}),
    (
        "a way out that leads back",
        {"app": "libcuda1 | other", "other": "libcuda1"},
        {"app": "libcuda1", "other": "libcuda1"},
    ),
    ("an alternative that does not exist", {"app": "libcuda1 | nothing"}, {"app": "libcuda1"}),
    ("a driver outside the index", {"app": "libnvidia-compute-570"}, {"app": "libnvidia-compute-570"}),
    ("a circle", {"a": "b", "b": "a"}, {}),
    ("a circle with a driver", {"a": "b", "b": "a, libcuda1"}, {"a": "libcuda1", "b": "libcuda1"}),
]


@pytest.mark.parametrize("depends, expected", [pytest.param(*row[1:], id=row[0]) for row in GRAPHS])
def test_closure(depends: dict[str, str], expected: dict[str, str]) -> None:
    index = [{"Package": "libcuda1"}, *({"Package": name, "Depends": field} for name, field in depends.items())]
    assert c.pullers(index) == expected


def test_a_virtual_name_leads_to_those_that_provide_it() -> None:
    index = [
        {"Package": "libnvidia-compute-570", "Provides": "libcuda1 (= 570), opencl-icd"},
        {"Package": "pocl", "Provides": "opencl-icd"},
        {"Package": "wants-cuda", "Pre-Depends": "libcuda1"},
        {"Package": "wants-opencl", "Depends": "opencl-icd"},
    ]
    assert c.pullers(index) == {"wants-cuda": "libnvidia-compute-570"}


def test_a_driver_under_the_name_of_a_third_party_is_no_way_out() -> None:
    index = [{"Package": "joerg-gpu", "Provides": "libcuda1"}, {"Package": "a", "Depends": "libcuda1"}]
    assert c.pullers(index) == {"a": "joerg-gpu"}


@given(st.text(alphabet="abn-vidcu0123 (|,:[<\n", max_size=60))
def test_any_field_can_be_read(field: str) -> None:
    assert all(group and all(group) for group in dependencies.alternatives(field))
    assert set(c.pullers([{"Package": "x", "Depends": field}])) <= {"x"}


NAME = st.sampled_from(["libcuda1", "mock", "a", "b", "x", "virtual"])
FIELD = st.lists(st.lists(NAME, min_size=1, max_size=3).map(" | ".join), max_size=3).map(", ".join)
INDEX = st.dictionaries(NAME, st.fixed_dictionaries({"Depends": FIELD, "Provides": FIELD}), max_size=6)


@given(INDEX)
def test_as_a_slow_search_finds_it(drawn: dict[str, dict[str, str]]) -> None:
    """The greatest set of packages that can be there without a driver, found by throwing out again and again."""
    index = [{"Package": name, **fields} for name, fields in drawn.items()]
    provided = {
        item["Package"]: {item["Package"], *(group[0] for group in dependencies.alternatives(item["Provides"]))}
        for item in index
    }
    drivers = {name for name, names in provided.items() if "libcuda1" in names}
    free = set(provided) - drivers
    everything = set().union(*provided.values()) if provided else set()
    while True:
        there = set().union(*(provided[name] for name in free)) if free else set()
        out = {
            item["Package"]
            for item in index
            if item["Package"] in free
            for group in dependencies.alternatives(item["Depends"])
            # What nothing in the index stands for was missing before, unless it is a driver by its name.
            if not set(group) & there and (set(group) & everything or any(d.why_driver(name) for name in group))
        }
        if not out:
            break
        free -= out
    assert set(c.pullers(index)) == set(provided) - free - drivers
