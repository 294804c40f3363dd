# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WS-Management service of one laptop: two ports, its shells, and what power and faults do to them."""

from __future__ import annotations

import socket
import ssl
import threading
import typing as t

from lab.machine.machine import Machine
from lab.wsman.authentication import Authenticator, require_checkable
from lab.wsman.certificates import Certificates
from lab.wsman.connection import Connection, Listener
from lab.wsman.cut import ConnectionCut
from lab.wsman.endpoint import Endpoint
from lab.wsman.http import Request, Response
from lab.wsman.link import Link, LinkSettings
from lab.wsman.requests import RequestJournal
from lab.wsman.settings import Settings
from lab.wsman.shells import Shells

_DEFAULTS = Settings()
_DIRECT = LinkSettings()


class LaptopServer:
    """WinRM of LAPTOP on 127.0.0.1. ``http_port`` and ``https_port`` are known, and kept, from the start."""

    def __init__(
        self,
        laptop: Machine,
        certificates: Certificates,
        http_port: int = 0,
        https_port: int = 0,
        settings: Settings = _DEFAULTS,
        link: LinkSettings = _DIRECT,
    ) -> None:
        """A port of 0 takes a free one. Raises OSError when a port is taken, ValueError for an unusable password."""
        require_checkable(laptop.state.users)
        self._laptop = laptop
        self._settings = settings
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificates.server, certificates.server_key)
        self._link = Link(link)
        self._journal = RequestJournal(laptop.directory / "requests.jsonl")
        self._shells = Shells(settings)
        self._cut = ConnectionCut(laptop.faults, self.cut)
        watchers = (self._cut.command_started, self._cut.output_taken, self._cut.input_given)
        self._endpoint = Endpoint(laptop, settings, self._shells, *watchers)
        self._http = Listener(http_port, lambda accepted: self._accepted(accepted, None), f"{laptop.name} http")
        self._https = Listener(https_port, lambda accepted: self._accepted(accepted, self._tls), f"{laptop.name} https")
        self._connections: set[Connection] = set()
        self._connections_lock = threading.Lock()
        self._lock = threading.Lock()
        """Of the listeners. Never needed by their threads: close() waits for those."""
        self._powered = False
        self._away: threading.Timer | None = None

    @property
    def http_port(self) -> int:
        """The port of plain HTTP (5985 on Windows)."""
        return self._http.port

    @property
    def https_port(self) -> int:
        """The port of HTTPS (5986 on Windows)."""
        return self._https.port

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen, and follow the laptop's power from now on."""
        self._shells.start()
        self._laptop.on_power.append(self.power)
        self.power(True)

    def stop(self) -> None:
        """Close everything; the ports are free afterwards."""
        if self.power in self._laptop.on_power:
            self._laptop.on_power.remove(self.power)
        self.power(False)
        self._shells.stop()
        self._http.release()
        self._https.release()

    def power(self, on: bool) -> None:
        """The laptop goes down (every listener, connection and shell ends) or is back, on the same ports."""
        with self._lock:
            self._powered = on
            if self._away is not None:
                self._away.cancel()
                self._away = None
            self._listen(on)
        if not on:
            self.drop_connections()
            self._shells.close_all()

    def _listen(self, on: bool) -> None:
        for listener in (self._http, self._https):
            if on:
                listener.open()
            else:
                listener.close()

    # -- connections ---------------------------------------------------------------------------------------------

    def _accepted(self, accepted: socket.socket, tls: ssl.SSLContext | None) -> None:
        if self._laptop.faults.strike("connection_refused") is not None:
            accepted.close()
            return
        connection = Connection(self._link.through(accepted), tls, self._settings.idle_connection_seconds)
        with self._connections_lock:
            self._connections.add(connection)
        threading.Thread(
            target=self._serve, args=(connection,), name=f"{self._laptop.name} connection", daemon=True
        ).start()

    def _serve(self, connection: Connection) -> None:
        authenticator = Authenticator(self._laptop, self._settings, connection.secure)

        def answer(request: Request) -> Response | None:
            response = self._endpoint.answer(request, authenticator, connection.secure, connection.gone.is_set)
            self._journal.add(request, response)
            return response

        try:
            connection.serve(answer, max_body_bytes=self._settings.max_envelope_kib * 1024)
        finally:
            with self._connections_lock:
                self._connections.discard(connection)

    def drop_connections(self) -> None:
        """Cut every open connection. Commands go on until their shell ends."""
        with self._connections_lock:
            connections = list(self._connections)
        for connection in connections:
            connection.drop()
        self._shells.wake()

    # -- faults --------------------------------------------------------------------------------------------------

    def cut(self, away: float = 0, kill_after: float | None = 0) -> None:
        """Leave the network for AWAY seconds; end the shells KILL_AFTER seconds later (None: when they expire)."""
        with self._lock:
            if away > 0 and self._powered and self._away is None:
                self._listen(False)
                self._away = _timer(away, self._back)
        self.drop_connections()
        if kill_after == 0:
            self._shells.close_all()
        elif kill_after is not None:
            _timer(kill_after, self._shells.close_all)

    def _back(self) -> None:
        with self._lock:
            self._away = None
            if self._powered:
                self._listen(True)


def _timer(seconds: float, function: t.Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()
    return timer
