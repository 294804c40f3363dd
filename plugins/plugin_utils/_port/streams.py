# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The pipes of a process of this controller: what it prints within bounds, what it is sent as it takes it."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    OUTPUT_BYTES,
    SILENT_SECONDS,
    Heard,
    Readable,
)

_PART_BYTES = 65536


@contextlib.contextmanager
def ended(process: subprocess.Popen[bytes]) -> t.Iterator[None]:
    """PROCESS does not outlive this."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


class Streams:
    """The pipes of one process, none of which waits for another."""

    def __init__(self, process: subprocess.Popen[bytes], source: Readable, heard: Heard | None = None) -> None:
        self._source = source
        self._heard = heard
        self._rest = b""
        self._selector = selectors.DefaultSelector()
        self._input = t.cast(t.IO[bytes], process.stdin)
        self.stdout, self.stderr = bytearray(), bytearray()
        self._outputs = [t.cast(t.IO[bytes], process.stdout), t.cast(t.IO[bytes], process.stderr)]
        os.set_blocking(self._input.fileno(), False)
        self._selector.register(self._input, selectors.EVENT_WRITE, None)
        for stream, into in zip(self._outputs, (self.stdout, self.stderr)):
            self._selector.register(stream, selectors.EVENT_READ, into)

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_error: object) -> None:
        self._selector.close()
        for stream in (self._input, *self._outputs):
            with contextlib.suppress(OSError):
                stream.close()

    @property
    def open(self) -> bool:
        """Whether there is an output that has not ended; what is not read of stdin then, nobody wants."""
        return any(key.fileobj is not self._input for key in self._selector.get_map().values())

    def step(self, seconds: float | None) -> bool:
        """Carry what can be carried, waiting SECONDS at most for something. False: more was printed than is taken."""
        if self._heard is not None:
            seconds = SILENT_SECONDS if seconds is None else min(seconds, SILENT_SECONDS)
        events = self._selector.select(seconds)
        if not events:
            self._tell(b"", b"")
        for key, _events in events:
            if key.data is None:
                self._feed()
                continue
            data = os.read(key.fd, _PART_BYTES)
            if not data:
                self._selector.unregister(key.fileobj)
            key.data.extend(data)
            self._tell(*((data, b"") if key.data is self.stdout else (b"", data)))
        return len(self.stdout) + len(self.stderr) <= OUTPUT_BYTES

    def _tell(self, stdout: bytes, stderr: bytes) -> None:
        if self._heard is not None:
            self._heard(stdout, stderr)

    def _feed(self) -> None:
        """Write a part of stdin; close it at its end, or when nobody reads it."""
        self._rest = self._rest or self._source.read(_PART_BYTES)
        if self._rest:
            try:
                self._rest = self._rest[os.write(self._input.fileno(), self._rest) :]
                return
            except BlockingIOError:
                return
            except BrokenPipeError:
                pass  # it has ended, or reads no more: its exit code tells what that means
        self._selector.unregister(self._input)
        self._input.close()
