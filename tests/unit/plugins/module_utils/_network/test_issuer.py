# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
import threading
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import issuer
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import proxy as network_proxy

from tests.unit.plugins.module_utils.scripted_run import system_at

URL = "https://packages.example.com/cuda/"


@pytest.fixture
def listener() -> t.Iterator[tuple[str, t.Callable[[bytes], list[bytes]]]]:
    """The address of a listener, and a function that lets it answer once; what it was asked comes into the list."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer(data: bytes) -> list[bytes]:
            asked: list[bytes] = []

            def serve() -> None:
                connection, _address = server.accept()
                with connection:
                    asked.append(connection.recv(65536))
                    connection.sendall(data)

            threading.Thread(target=serve, daemon=True).start()
            return asked

        yield f"http://127.0.0.1:{server.getsockname()[1]}", answer


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 407 Who\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nno TLS"])
def test_nobody_is_named_when_the_certificate_cannot_be_seen(
    listener: tuple[str, t.Callable[[bytes], list[bytes]]], tmp_path: Path, data: bytes
) -> None:
    url, answer = listener
    (tmp_path / "etc/apt/auth.conf.d").mkdir(parents=True)
    (tmp_path / network_proxy.AUTH_PATH.lstrip("/")).write_text(f"machine {url} login me password s3cret\n")
    asked = answer(data)
    assert issuer.shown_issuer(system_at(tmp_path), URL, url) == ""
    assert asked[0].startswith(b"CONNECT packages.example.com:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWU6czNjcmV0\r\n" in asked[0]


def test_no_server_at_all(listener: tuple[str, t.Callable[[bytes], list[bytes]]]) -> None:
    url, answer = listener
    answer(b"no TLS")
    assert issuer.shown_issuer(system_at(), url.replace("http:", "https:"), "") == ""
