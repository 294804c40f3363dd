# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One ssh process whose input stays open, so that more can be sent to its command later.

Core's ``ssh`` starts the process and calls a method to send its input. That method, ``carry``, raises when the command
has begun, so core does not get the process back. It waits until then because ssh may still ask for the password, which
core removes when it goes on.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.exchange import CHUNK_BYTES, patience
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    OUTPUT_BYTES,
    CommandOver,
    Completed,
    HostUnreachable,
    NotSent,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.ssh_line import NotEnded, SshLine

_SILENT_SECONDS = 0.5
"""Seconds after which ``receive`` returns without data, so that its caller can give up."""
_END_SECONDS = 3.0
"""Seconds that a command may take to end once its input has ended."""
_TERMINATE_SECONDS = 1.0
"""Seconds that ssh may take to end after SIGTERM; sshpass, if core uses it, passes the signal on."""


class Taken(Exception):
    """The command has begun, and core does not get its process back."""


class OpenSsh:
    """See ``OpenCommand``. Core gets it as the input data, so it has to be true."""

    def __init__(self, said: SshLine, host: str, lost: t.Callable[[str], HostUnreachable]) -> None:
        """LOST makes the error of a connection that was lost while the command ran, from the messages of ssh."""
        self.stdout, self.stderr = bytearray(), bytearray()
        self._said = said
        self._host = host
        self._lost = lost
        self._process: t.Any = None
        self._reading: list[t.Any] = []
        self._ended = False
        """The process has ended, and all of its output was read."""

    def carry(self, stdin: t.Any, _data: object, process: subprocess.Popen[bytes]) -> None:
        """Called by core with the STDIN of PROCESS. Returns if ssh ended before the command began.

        :raises Taken: the command has begun.
        """
        self._process = process
        self._reading = [process.stdout, process.stderr]
        os.set_blocking(stdin.fileno(), False)
        try:
            while not self._said.begun(bytes(self.stdout)) and not self._ended:
                self._turn(None)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if not self._said.begun(bytes(self.stdout)):
            stdin.close()
            return
        # Output before the marks is not from the command.
        self.stdout[:] = self._said.stdout(bytes(self.stdout)) or b""
        raise Taken

    # -- the port ------------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """See ``OpenCommand.send``."""
        rest = memoryview(data)
        try:
            while rest and not self._ended:
                rest = rest[self._turn(None, rest) :]
        except BrokenPipeError:
            self._finish()
        if rest:
            self._raise_if_over()
            raise NotSent("the connection was lost before")

    def receive(self) -> bytes:
        """See ``OpenCommand.receive``."""
        if not self.stdout:
            if self._ended:
                self._raise_if_over()
                raise self._lost(self.stderr.decode("utf-8", "replace"))
            self._turn(_SILENT_SECONDS)
        received = bytes(self.stdout)
        self.stdout.clear()
        return received

    def end(self) -> None:
        """Close its input, which ends the program in the distribution, then end ssh."""
        if not self._ended:
            self._finish()
        self._process.terminate()
        try:
            self._process.wait(_TERMINATE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):  # unsent data is lost
                stream.close()
        self._ended = True

    # -- one turn ------------------------------------------------------------------------------------------------

    def _turn(self, seconds: float | None, data: memoryview | bytes = b"") -> int:
        """Wait at most SECONDS, read output, send some of DATA; returns how many bytes. Raises BrokenPipeError."""
        gone = self._process.poll() is not None
        with selectors.DefaultSelector() as selector:
            for stream in self._reading:
                selector.register(stream, selectors.EVENT_READ)
            if data and not gone:
                selector.register(self._process.stdin, selectors.EVENT_WRITE)
            left = 0 if gone else patience(seconds, self._process.stdout in self._reading)
            ready = [key.fileobj for key, _mask in selector.select(left)]
        for stream in [one for one in self._reading if one in ready]:
            self._take(stream)
        if not self._reading:
            self._process.wait()
        self._ended = not self._reading or (gone and not ready)
        return self._write(data) if self._process.stdin in ready else 0

    def _write(self, data: memoryview | bytes) -> int:
        try:
            return os.write(self._process.stdin.fileno(), data[:CHUNK_BYTES])
        except BlockingIOError:
            return 0

    def _take(self, stream: t.Any) -> None:
        try:
            data = os.read(stream.fileno(), CHUNK_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._reading.remove(stream)
        if len(self.stdout) + len(self.stderr) + len(data) > OUTPUT_BYTES:
            raise OutputTooLong(f"{self._host}: a kept session printed more than it may and was ended")
        (self.stdout if stream is self._process.stdout else self.stderr).extend(data)

    # -- the end -------------------------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Close its input, and wait a while for its end; the rest of its output is limited."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        deadline = time.monotonic() + _END_SECONDS
        with contextlib.suppress(OutputTooLong):
            while not self._ended and time.monotonic() < deadline:
                self._turn(deadline - time.monotonic())

    def _raise_if_over(self) -> None:
        """Raise CommandOver if it has reported its exit code; otherwise the connection was lost."""
        if not self._ended:
            return
        stderr = bytes(self.stderr)
        with contextlib.suppress(NotEnded):
            code = self._said.exit_code(self._process.returncode, f"{self._said.opening}\r\n".encode(), stderr)
            raise CommandOver(Completed(code, bytes(self.stdout), self._said.stderr(stderr)))
