# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading HTTP requests."""

from __future__ import annotations

import io

import pytest

from lab.wsman.http import BadRequest, Request, Response, read_request


def stream(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(data))


def test_two_requests_on_one_connection() -> None:
    connection = stream(
        b"POST /wsman HTTP/1.1\r\nHost: x\r\nCONTENT-LENGTH: 4\r\n\r\n\r\n\r\n"
        b"POST /b HTTP/1.1\r\nContent-Length:0\r\n\r\n"
    )
    first = read_request(connection, 100)
    assert first == Request("POST", "/wsman", {"host": "x", "content-length": "4"}, b"\r\n\r\n")
    assert read_request(connection, 100) == Request("POST", "/b", {"content-length": "0"}, b"")
    assert read_request(connection, 100) is None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST / SPDY/3\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nX: " + b"x" * 20000 + b"\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nX: cut", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 413),
    ],
)
def test_what_cannot_be_answered(data: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as error:
        read_request(stream(data), 100)
    assert error.value.status == status


def test_client_that_leaves_in_a_body() -> None:
    with pytest.raises(ConnectionResetError):
        read_request(stream(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"), 100)


def test_response() -> None:
    encoded = Response(401, b"no", [("WWW-Authenticate", "Negotiate")], close=True).encode()
    head, body = encoded.split(b"\r\n\r\n")
    assert body == b"no"
    assert head.split(b"\r\n")[0] == b"HTTP/1.1 401 Unauthorized"
    assert {b"WWW-Authenticate: Negotiate", b"Content-Length: 2", b"Connection: close"} <= set(head.split(b"\r\n"))
