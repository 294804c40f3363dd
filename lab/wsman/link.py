# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The link between the controller and one laptop: how long a byte travels, and how many of them in a second.

A real delay of TCP's bytes, so that everything that waits for an answer waits: the handshakes of TCP and TLS, the steps
of a logon, every request. All connections of a laptop share its bandwidth, each direction has its own. The window of
TCP and lost packets are not modelled.
"""

from __future__ import annotations

import contextlib
import queue
import re
import socket
import threading
import time
from dataclasses import dataclass

_CHUNK_BYTES = 16384
_RATES = {"kbit": 1e3, "mbit": 1e6, "gbit": 1e9}


@dataclass(frozen=True)
class LinkSettings:
    """What ``up`` was asked for."""

    round_trip: float = 0.0
    """Seconds from a question to its answer."""
    bits_per_second: float = 0.0
    """In each direction; 0 has no limit."""

    @property
    def direct(self) -> bool:
        """Nothing is delayed."""
        return not (self.round_trip or self.bits_per_second)


def seconds(text: str) -> float:
    """The seconds of ``40ms`` or ``0.04s``. Raises ValueError."""
    return _number(text, r"(\d+(?:\.\d+)?)(ms|s)", {"ms": 0.001, "s": 1.0}, "a time such as 40ms")


def bits_per_second(text: str) -> float:
    """The bits a second of ``20mbit``. Raises ValueError."""
    return _number(text, r"(\d+(?:\.\d+)?)(kbit|mbit|gbit)", _RATES, "a bandwidth such as 20mbit")


def _number(text: str, pattern: str, units: dict[str, float], wanted: str) -> float:
    match = re.fullmatch(pattern, text)
    if match is None:
        raise ValueError(f"{text!r} is not {wanted}")
    return float(match.group(1)) * units[match.group(2)]


class Link:
    """Carries the connections of one laptop."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings
        self._to_laptop = _Direction(settings)
        self._to_controller = _Direction(settings)

    def through(self, accepted: socket.socket) -> socket.socket:
        """The laptop's end of ACCEPTED, a connection of the controller; ACCEPTED itself where nothing is delayed."""
        if self._settings.direct:
            return accepted
        near, laptop_end = socket.socketpair()
        closing = _Closing(accepted, near)
        # The controller takes its side of TCP's handshake for done at once: what it says first travels a round longer.
        opened = time.monotonic() + 1.5 * self._settings.round_trip
        self._to_laptop.carry(accepted, near, opened, closing)
        self._to_controller.carry(near, accepted, 0.0, closing)
        return laptop_end


class _Closing:
    """Closes both sockets of a connection when both of its directions have ended."""

    def __init__(self, *sockets: socket.socket) -> None:
        self._sockets = sockets
        self._open = len(sockets)
        self._lock = threading.Lock()

    def ended(self, target: socket.socket) -> None:
        """A direction has ended: its target takes and gives no more, which ends the other one too."""
        with self._lock:
            self._open -= 1
            with contextlib.suppress(OSError):  # the other end is gone
                target.shutdown(socket.SHUT_RDWR)
            if not self._open:
                for end in self._sockets:
                    end.close()


class _Direction:
    """One direction of a link: when bytes leave, and when they arrive."""

    def __init__(self, settings: LinkSettings) -> None:
        self._delay = settings.round_trip / 2
        self._rate = settings.bits_per_second / 8
        self._lock = threading.Lock()
        self._free = 0.0
        """When the line is free again (monotonic seconds)."""

    def carry(self, source: socket.socket, target: socket.socket, opened: float, closing: _Closing) -> None:
        """Carry bytes from SOURCE to TARGET until either ends, on two threads; none arrives before OPENED."""
        under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        for function, arguments in (
            (self._leave, (source, under_way, opened)),
            (_arrive, (under_way, target, closing)),
        ):
            threading.Thread(target=function, args=arguments, name="lab link", daemon=True).start()

    def _leave(self, source: socket.socket, under_way: queue.SimpleQueue[tuple[float, bytes]], opened: float) -> None:
        data = b"x"
        while data:
            try:
                data = source.recv(_CHUNK_BYTES)
            except OSError:  # dropped
                data = b""
            gone = self._gone(len(data))
            under_way.put((max(gone + self._delay, opened), data))
            _sleep_until(gone)

    def _gone(self, size: int) -> float:
        """When SIZE more bytes have left."""
        with self._lock:
            self._free = max(time.monotonic(), self._free) + (size / self._rate if self._rate else 0.0)
            return self._free


def _arrive(under_way: queue.SimpleQueue[tuple[float, bytes]], target: socket.socket, closing: _Closing) -> None:
    with contextlib.suppress(OSError):  # the other end is gone; what still comes is lost
        while True:
            arrival, data = under_way.get()
            _sleep_until(arrival)
            if not data:
                break
            target.sendall(data)
    closing.ended(target)


def _sleep_until(moment: float) -> None:
    left = moment - time.monotonic()
    if left > 0:
        time.sleep(left)
