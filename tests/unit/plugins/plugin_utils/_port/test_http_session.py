# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laptops that listen and say nothing, as real sockets."""

from __future__ import annotations

import socket
import time
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import WinRsRunner, core_winrm

from tests.unit.plugin_loading import ensure_plugin_loader


@pytest.fixture
def silent_port() -> t.Iterator[int]:
    """A port where connections are taken and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture
def dropping_port() -> t.Iterator[int]:
    """A port whose queue is full, so that the kernel drops what asks for a connection."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


@pytest.mark.parametrize("kind", ["silent_port", "dropping_port"])
@pytest.mark.parametrize("scheme, transport", [("http", "ntlm"), ("http", "basic"), ("https", "ntlm")])
def test_a_silent_laptop_is_told_in_time(
    request: pytest.FixtureRequest, kind: str, scheme: str, transport: str
) -> None:
    ensure_plugin_loader()
    extras = {"ansible_winrm_scheme": scheme, "ansible_winrm_transport": [transport]}
    connection = core_winrm("127.0.0.1", request.getfixturevalue(kind), "admin", "secret", extras)
    started = time.monotonic()
    with pytest.raises(HostUnreachable, match=r"127\.0\.0\.1: it did not answer (within 0\.3 s|in time): ") as caught:
        WinRsRunner(connection, connect_timeout=0.3).run("A")
    assert time.monotonic() - started < 2
    assert "\n" not in str(caught.value)
