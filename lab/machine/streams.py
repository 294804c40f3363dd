# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Byte pipes between the WS-Management server and the simulated programs.

Both behave like a Windows pipe: a reader blocks until there is something or the writer is gone, a writer blocks while
the buffer is full. That a full pipe blocks its writer is the behaviour that leaves an apt-get hanging when a laptop
loses its connection, so it is part of the model.
"""

from __future__ import annotations

import threading

BUFFER_BYTES = 1 << 20


class Pipe:
    """A bounded byte pipe with one writer and one reader, each on its own thread."""

    def __init__(self, limit: int = BUFFER_BYTES) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._condition = threading.Condition()
        self._writer_closed = False
        self._reader_closed = False
        self.total = 0
        """Bytes ever written, for the journal."""
        self.changed = threading.Event()
        """Set at every write and close. A reader of several pipes gives them one event and waits for that."""

    def write(self, data: bytes) -> None:
        """Append DATA; blocks while the buffer is full. Raises BrokenPipeError when the reader is gone."""
        view = memoryview(data)
        while view:
            with self._condition:
                while len(self._buffer) >= self._limit and not self._reader_closed:
                    self._condition.wait()
                if self._reader_closed:
                    raise BrokenPipeError("the reader has closed the pipe")
                part = view[: self._limit - len(self._buffer)]
                self._buffer += part
                self.total += len(part)
                self._condition.notify_all()
            self.changed.set()
            view = view[len(part) :]

    def close(self) -> None:
        """The writer is done: the reader gets what is left, then b""."""
        with self._condition:
            self._writer_closed = True
            self._condition.notify_all()
        self.changed.set()

    def read(
        self, size: int = 65536, timeout: float | None = None, given_up: threading.Event | None = None
    ) -> bytes | None:
        """Up to SIZE bytes; b"" at the end; None when TIMEOUT seconds passed without a byte.

        None, too, once GIVEN_UP is set, of which ``wake`` tells a reader that waits.
        """
        over = given_up or threading.Event()
        with self._condition:
            self._condition.wait_for(lambda: self._ready() or over.is_set(), timeout)
            if over.is_set() or not self._ready():
                return None
            data = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._condition.notify_all()
            return data

    def _ready(self) -> bool:
        return bool(self._buffer) or self._writer_closed or self._reader_closed

    def wake(self) -> None:
        """Let a reader that waits look whether it has given up."""
        with self._condition:
            self._condition.notify_all()

    def read_all(self) -> bytes:
        """Everything up to the end of the stream."""
        parts: list[bytes] = []
        while True:
            part = self.read()
            if not part:
                return b"".join(parts)
            parts.append(part)

    @property
    def finished(self) -> bool:
        """True when the writer has closed and everything was read."""
        with self._condition:
            return self._writer_closed and not self._buffer

    @property
    def unread(self) -> int:
        """Bytes that were written and not read yet."""
        with self._condition:
            return len(self._buffer)

    def abandon(self) -> None:
        """The reader is gone: a blocked or later write raises BrokenPipeError, a blocked read returns b""."""
        with self._condition:
            self._reader_closed = True
            self._buffer.clear()
            self._condition.notify_all()
        self.changed.set()
