# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import armour
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.gpg_keys import OLD, Keys


@pytest.mark.parametrize("tool", ["gpg", "python"])
def test_armor_is_read_by_gpg_and_back(tool: str, keys: Keys) -> None:
    binary = keys.exports[OLD]
    armored = armour.armor(binary)
    assert (keys.gpg("--dearmor", stdin=armored) if tool == "gpg" else armour.dearmor(armored)) == binary


@given(st.binary(max_size=2000))
def test_armor_round_trip(data: bytes) -> None:
    armored = armour.armor(data)
    assert armour.dearmor(armored) == data
    assert max(len(line) for line in armored.splitlines()) <= 64
