# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages between a task and its broker; what the two do together is in test_broker.py."""

from __future__ import annotations

import os
import socket
import struct
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import client


@pytest.fixture
def pair() -> t.Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_there_and_back(pair: tuple[socket.socket, socket.socket]) -> None:
    client.send(pair[0], {"a": "ü"}, b"\0\xff")
    client.send(pair[0], {"b": 1})
    assert client.receive(pair[1]) == ({"a": "ü"}, b"\0\xff")
    assert client.receive(pair[1]) == ({"b": 1}, b"")


@pytest.mark.parametrize(
    "raw, error",
    [
        (b"", EOFError),
        (struct.pack("!II", 5, 0) + b"{}", EOFError),
        (struct.pack("!II", 2, 0) + b"[]", ValueError),
        (struct.pack("!II", 2, 0) + b"{,", ValueError),
        (struct.pack("!II", 2, 0xFFFFFFFF), ValueError),
    ],
)
def test_no_message(pair: tuple[socket.socket, socket.socket], raw: bytes, error: type[Exception]) -> None:
    pair[0].sendall(raw)
    pair[0].shutdown(socket.SHUT_WR)
    with pytest.raises(error):
        client.receive(pair[1])


def test_the_other_user(pair: tuple[socket.socket, socket.socket]) -> None:
    assert client.peer(pair[0]) == os.geteuid()
