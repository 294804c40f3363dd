# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies as d


@pytest.mark.parametrize(
    "field, groups",
    [
        ("", []),
        ("a", [["a"]]),
        ("a (>= 1), b", [["a"], ["b"]]),
        (
            "libcuda1 (>= 550) | libcuda.so.1 (>= 550) | libcuda-12.4-1",
            [["libcuda1", "libcuda.so.1", "libcuda-12.4-1"]],
        ),
        ("a:any (= 1), b [amd64] | c <!nocheck>, ", [["a"], ["b", "c"]]),
        ("a,\n b|c", [["a"], ["b", "c"]]),
    ],
)
def test_alternatives(field: str, groups: list[list[str]]) -> None:
    assert d.alternatives(field) == groups


def test_what_a_package_needs_and_provides() -> None:
    stanza = {
        "Package": "a",
        "Pre-Depends": "dpkg (>= 1)",
        "Depends": "b | c, d",
        "Recommends": "e",
        "Provides": "f (= 1)",
    }
    assert d.needs(stanza) == [["dpkg"], ["b", "c"], ["d"]]
    assert d.provided(stanza) == ["f"]
    assert d.needed_names([stanza, {"Package": "x"}, {"Depends": "y"}]) == {"dpkg", "b", "c", "d", "y"}
