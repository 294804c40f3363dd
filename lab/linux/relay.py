# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries bytes between a Windows process's streams and the pipes of a Linux program, unchanged, on three threads."""

from __future__ import annotations

import os
import select
import threading
import typing as t

from lab.machine.process import ByteSink
from lab.machine.streams import Pipe

_CHUNK_BYTES = 65536


class Relay:
    """The three relays of one program. ``program_ends`` are its stdin, stdout and stderr, to be handed to it."""

    def __init__(self, stdin: Pipe, stdout: ByteSink, stderr: ByteSink, on_broken: t.Callable[[], None]) -> None:
        """ON_BROKEN is called when the reader of an output has gone away; it may be called twice."""
        self._on_broken = on_broken
        self._stdin = stdin
        self._ended = os.eventfd(0, os.EFD_CLOEXEC)
        stdin_read, stdin_write = os.pipe()
        stdout_read, stdout_write = os.pipe()
        stderr_read, stderr_write = os.pipe()
        self.program_ends = [stdin_read, stdout_write, stderr_write]
        for descriptor in (stdin_write, stdout_read, stderr_read):
            os.set_blocking(descriptor, False)
        self._own_ends = [stdin_write, stdout_read, stderr_read]
        self._over = threading.Event()
        self._input = threading.Thread(target=self._feed, args=(stdin_write,), daemon=True)
        self._outputs = [
            threading.Thread(target=self._drain, args=(stdout_read, stdout), daemon=True),
            threading.Thread(target=self._drain, args=(stderr_read, stderr), daemon=True),
        ]

    def start(self) -> None:
        """Begin; call when the program has its ends."""
        self.close_program_ends()
        for thread in (self._input, *self._outputs):
            thread.start()

    def close_program_ends(self) -> None:
        """Close this process's copies of the program's ends."""
        for descriptor in self.program_ends:
            os.close(descriptor)
        self.program_ends = []

    def abandon(self) -> None:
        """Close everything; instead of ``start``."""
        self.close_program_ends()
        for descriptor in (*self._own_ends, self._ended):
            os.close(descriptor)

    def finish(self) -> None:
        """The program has ended: pass on what it wrote and stop, even while a grandchild holds the pipes."""
        self._over.set()
        self._stdin.wake()
        os.eventfd_write(self._ended, 1)
        for thread in (self._input, *self._outputs):
            thread.join()
        os.close(self._ended)

    def _drain(self, source: int, sink: ByteSink) -> None:
        try:
            while True:
                try:
                    data = os.read(source, _CHUNK_BYTES)
                except BlockingIOError:
                    if self._over.is_set():
                        return
                    self._wait(source, select.POLLIN)
                    continue
                if not data:
                    return
                sink.write(data)
        except BrokenPipeError:
            self._on_broken()
        finally:
            os.close(source)

    def _feed(self, target: int) -> None:
        """Pass stdin on until its end; what a program does not read is taken and thrown away once it has closed."""
        try:
            while not self._over.is_set():
                data = self._stdin.read(_CHUNK_BYTES, given_up=self._over)
                if not data:
                    return
                self._write(target, memoryview(data))
        finally:
            os.close(target)

    def _write(self, target: int, data: memoryview) -> None:
        while data and not self._over.is_set():
            try:
                data = data[os.write(target, data) :]
            except BlockingIOError:
                self._wait(target, select.POLLOUT)
            except BrokenPipeError:
                return

    def _wait(self, descriptor: int, event: int) -> None:
        """Until DESCRIPTOR is ready or the program has ended."""
        poll = select.poll()
        poll.register(descriptor, event)
        poll.register(self._ended, select.POLLIN)
        poll.poll()
