# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import packets as repository_packets
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plugins.module_utils.gpg_keys import packet


@pytest.mark.parametrize("length", [0, 191, 192, 193, 8383, 8384, 70000])
def test_lengths_at_their_borders(length: int) -> None:
    data = packet(13, b"x" * length)
    assert repository_packets.split_packets(data + packet(13, b"y")) == [
        repository_packets.Packet(13, data, b"x" * length),
        repository_packets.Packet(13, packet(13, b"y"), b"y"),
    ]


@given(st.lists(st.tuples(st.integers(1, 63), st.binary(max_size=400))))
def test_packets_round_trip(items: list[tuple[int, bytes]]) -> None:
    data = b"".join(packet(tag, body) for tag, body in items)
    packets = repository_packets.split_packets(data)
    assert [(item.tag, item.body) for item in packets] == items
    assert b"".join(item.raw for item in packets) == data
