# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times and bandwidths of a link as they are typed. What a link does stands in test_wsman_server.py."""

from __future__ import annotations

import socket

import pytest

from lab.wsman.link import Link, LinkSettings, bits_per_second, seconds


@pytest.mark.parametrize(("text", "value"), [("40ms", 0.04), ("0.5s", 0.5), ("0ms", 0.0)])
def test_times(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(("text", "value"), [("20mbit", 20e6), ("512kbit", 512e3), ("1gbit", 1e9)])
def test_bandwidths(text: str, value: float) -> None:
    assert bits_per_second(text) == value


@pytest.mark.parametrize("text", ["40", "-1ms", "ms", "40 ms", "1h"])
def test_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time such as 40ms"):
        seconds(text)


def test_without_delay_nothing_stands_in_between() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert Link(LinkSettings()).through(one) is one
