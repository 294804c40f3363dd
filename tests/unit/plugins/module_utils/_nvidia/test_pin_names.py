# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages as d
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import pin_names as p

from tests.unit.plugins.module_utils.index_data import BOOKWORM, TRIXIE, UBUNTU2404, stanzas


@pytest.mark.parametrize("index", [BOOKWORM, TRIXIE, UBUNTU2404])
def test_the_pin_blocks_every_driver_and_nothing_else(index: str) -> None:
    pinned = {item["Package"] for item in stanzas(index) if p.is_pinned(item["Package"], item.get("Source", ""))}
    refused = {item["Package"] for item in stanzas(index) if d.why_refused(item["Package"], item.get("Source", ""))}
    assert pinned == refused


def test_everything_that_is_pinned_by_name_is_refused_by_the_plan() -> None:
    assert [name for name in p.names() if not d.why_refused(name, "unknown")] == []


def test_pin_names_are_exact_names() -> None:
    pinned = p.names()
    assert [name for name in pinned if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name)] == []
    assert pinned == sorted(set(pinned))
    assert [name for name in pinned if d.is_kept(name)] == []
