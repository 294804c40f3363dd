# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import (
    OK,
    STOP,
    WARN,
    Verdict,
    as_result,
    lines,
)

FOUND = [
    Verdict("kernel", "G7", OK, "6.6.87"),
    Verdict("loader", "G9", STOP, "the loader does not find libcuda.so.1", "run repair.yml"),
    Verdict("free_space", "", STOP, "2 GiB"),
]


def test_result_has_every_field_by_its_name() -> None:
    shown = {"id": "kernel", "row": "G7", "level": "ok", "seen": "6.6.87", "remedy": ""}
    assert as_result(FOUND)[0] == shown


def test_a_line_says_what_and_what_to_do() -> None:
    assert lines(FOUND, STOP) == [
        "loader: the loader does not find libcuda.so.1: run repair.yml",
        "free_space: 2 GiB",
    ]
    assert lines(FOUND, WARN) == []
