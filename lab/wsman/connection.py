# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP: listeners on 127.0.0.1 and the connections they accept, each on its own thread."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
import typing as t

from lab.wsman.http import BadRequest, Request, Response, read_request

HANDSHAKE_SECONDS = 10.0
ADDRESS = "127.0.0.1"

Answer = t.Callable[[Request], t.Optional[Response]]
"""Answers one request; None when the client is gone."""


class Connection:
    """One accepted connection."""

    def __init__(self, connected: socket.socket, tls: ssl.SSLContext | None, idle_seconds: float) -> None:
        self.secure = tls is not None
        self.gone = threading.Event()
        """Set when the lab has dropped the connection."""
        self._socket = connected
        self._tls = tls
        self._idle_seconds = idle_seconds

    def serve(self, answer: Answer, max_body_bytes: int) -> None:
        """Answer requests until the client closes, falls silent, or the lab drops it."""
        try:
            self._prepare()
            self._serve(answer, max_body_bytes)
        except OSError:
            pass  # the client went away or fell silent, or the lab dropped the connection
        finally:
            self._socket.close()

    def _prepare(self) -> None:
        self._socket.settimeout(HANDSHAKE_SECONDS)
        if self._tls is not None:
            self._socket = self._tls.wrap_socket(self._socket, server_side=True)
        self._socket.settimeout(self._idle_seconds)

    def _serve(self, answer: Answer, max_body_bytes: int) -> None:
        with self._socket.makefile("rb") as stream:
            while not self.gone.is_set():
                response = self._next(stream, answer, max_body_bytes)
                if response is None or self.gone.is_set():
                    return
                self._socket.sendall(response.encode())
                if response.close:
                    return

    def _next(self, stream: io.BufferedReader, answer: Answer, max_body_bytes: int) -> Response | None:
        try:
            request = read_request(stream, max_body_bytes)
        except BadRequest as error:
            return Response(error.status, close=True)
        return answer(request) if request is not None else None

    def drop(self) -> None:
        """Cut it, whatever it is doing."""
        self.gone.set()
        with contextlib.suppress(OSError):  # closed already
            # Not SSLSocket.shutdown: that one takes the TLS layer away under the thread that reads.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Listener:
    """One TCP port. It can close and open again on the same port, as the service of a laptop that restarts."""

    def __init__(self, port: int, accepted: t.Callable[[socket.socket], None], name: str) -> None:
        """PORT 0 takes a free one. ACCEPTED is called with each new connection."""
        self._accepted = accepted
        self._name = name
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        # Bound but never listening: clients are refused, and nobody else gets the port while the laptop is down.
        self._reservation = _bound_socket(port)
        self.port: int = self._reservation.getsockname()[1]

    def open(self) -> None:
        """Start to accept. Raises OSError."""
        if self._socket is not None:
            return
        self._socket = _bound_socket(self.port)
        self._socket.listen(128)
        self._thread = threading.Thread(target=self._accept, args=(self._socket,), name=self._name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Refuse new connections. The port stays reserved."""
        listening, self._socket = self._socket, None
        thread, self._thread = self._thread, None
        if listening is None or thread is None:
            return
        listening.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept(), which keeps the port until it returns
        listening.close()
        thread.join()

    def release(self) -> None:
        """Close and give the port back."""
        self.close()
        self._reservation.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return  # closed
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._accepted(connected)


def _bound_socket(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((ADDRESS, port))
    except OSError:
        bound.close()
        raise
    return bound
