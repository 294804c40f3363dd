# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which laptops are good enough for the gate of the audit."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import document, gate
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.from_results import State, take

from tests.unit.a_fleet import BROKEN, OTHER_NVCC, audit, host_info

RUN = document.Run("r", "audit", "2026-11-28T14:00:00Z", "0.2.0")


def made(*worse: dict[str, str], linux: bool = True) -> dict[str, t.Any]:
    seen = State()
    take(seen, "host_info", "Read the host", host_info(3))
    if linux:
        take(seen, "cuda_audit_info", "Audit", audit(*worse))
    return document.make("laptop-1", [], RUN, "2026-11-28T14:00:00Z", seen)


@pytest.mark.parametrize("word", ["fail", "stop"])
def test_fail_and_stop_are_the_same_word_for_what_does_not_conform(word: str) -> None:
    assert gate.shortcomings(made(), word) == ""
    assert gate.shortcomings(made(OTHER_NVCC), word) == ""
    told = gate.shortcomings(made(*BROKEN), word)
    assert told.startswith("not in order: ") and "driver_packages: libnvidia-compute-570" in told
    assert "\n" not in told


def test_warn_asks_for_more() -> None:
    assert gate.shortcomings(made(), "warn") == ""
    assert gate.shortcomings(made(OTHER_NVCC), "warn") == f"warned: nvcc: {OTHER_NVCC['seen']}"
    assert gate.shortcomings(made(*BROKEN), "warn").startswith("not in order: ")


def test_silence_is_not_good_enough() -> None:
    assert gate.shortcomings(made(linux=False), "fail") == "not looked at: this run did not look at the distribution"


def test_another_word_is_no_gate() -> None:
    with pytest.raises(KeyError):
        gate.shortcomings(made(), "pass")
