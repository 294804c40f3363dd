# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 as HTTP.sys speaks it to WinRM clients: POST, Content-Length, keep-alive.

Written out instead of taken from http.server, because a connection must carry its own security context, end after a
silent time, and cost little: its headers are parsed five times for every command.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

MAX_HEAD_BYTES = 16384  # HTTP.sys: MaxRequestBytes

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
}


class BadRequest(Exception):
    """The bytes on the connection are no request that can be answered; ``status`` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(REASONS[status])
        self.status = status


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """One answer. ``close`` ends the connection after it."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    close: bool = False
    operation: str = ""
    """What was asked for: the last word of the action, such as Send. For the journal."""

    def encode(self) -> bytes:
        """The bytes to send."""
        lines = [f"HTTP/1.1 {self.status} {REASONS[self.status]}", "Server: Microsoft-HTTPAPI/2.0"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append(f"Content-Length: {len(self.body)}")
        if self.close:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


def read_request(stream: io.BufferedReader, max_body_bytes: int) -> Request | None:
    """The next request, None when the client has closed. Raises BadRequest, and OSError for a silent or lost client."""
    head = _read_head(stream)
    if head is None:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest(400)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = _read_body(stream, parts[0], headers, max_body_bytes)
    return Request(method=parts[0], path=parts[1], headers=headers, body=body)


def _read_head(stream: io.BufferedReader) -> bytes | None:
    """Everything before the blank line, without the last line break."""
    head = b""
    while True:
        line = stream.readline(MAX_HEAD_BYTES)
        if not line:
            return None
        if line == b"\r\n":
            return head[:-2]
        head += line
        if len(head) >= MAX_HEAD_BYTES or not line.endswith(b"\r\n"):
            raise BadRequest(400)


def _read_body(stream: io.BufferedReader, method: str, headers: dict[str, str], max_bytes: int) -> bytes:
    length = headers.get("content-length")
    if length is None:
        if method == "POST":
            raise BadRequest(411)
        return b""
    if not length.isdecimal():
        raise BadRequest(400)
    if int(length) > max_bytes:
        raise BadRequest(413)
    body = stream.read(int(length))
    if len(body) < int(length):
        raise ConnectionResetError("the client went away in the middle of a request")
    return body
