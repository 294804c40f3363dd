# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Input and output of one process: standard input as it is needed, limited output, a deadline.

Core's ``ssh`` starts the process and calls a method to send its input. That method, ``carry``, returns only when the
process has ended, because core has no limit of time or size, reads nothing while it sends, and only sends bytes that
are in memory.
"""

from __future__ import annotations

import io
import os
import selectors
import subprocess
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    OUTPUT_BYTES,
    SILENT_SECONDS,
    CommandTimeout,
    Dialogue,
    Heard,
    OutputTooLong,
    Stdin,
    pieces,
)

CHUNK_BYTES = 65536
"""Most bytes in one read or write."""
_LOOK_SECONDS = 0.02
"""How often to check whether the process has ended although its stderr is open: some ControlPersist keep it open."""


def patience(seconds: float | None, has_stdout: bool) -> float | None:
    """How long to wait for output of a process if SECONDS are left; HAS_STDOUT: whether its stdout is open."""
    if has_stdout:
        return seconds
    return _LOOK_SECONDS if seconds is None else min(seconds, _LOOK_SECONDS)


class Exchange:
    """The exchange with one command. Core gets it as the input data, so it has to be true."""

    def __init__(
        self,
        about: tuple[str, str],
        stdin: Stdin,
        timeout: float | None = None,
        dialogue: Dialogue | None = None,
        shown: t.Callable[[bytes, bytes], tuple[bytes, bytes]] = lambda stdout, stderr: (stdout, stderr),
        heard: Heard | None = None,
        end: t.Callable[[subprocess.Popen[bytes]], None] = subprocess.Popen.terminate,
        fate: str = "ended",
    ) -> None:
        """ABOUT: host and command line, for messages.

        :arg shown: makes the output of the command from what was received.
        :arg end: ends a process whose time is over, or that prints too much.
        :arg fate: what became of its command then.
        """
        self._about, self._timeout, self._fate = about, timeout, fate
        self.stdout, self.stderr = bytearray(), bytearray()
        self._input = pieces(io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin, CHUNK_BYTES)
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._dialogue = dialogue
        self._shown = shown
        self._heard = heard
        self._end = end
        self._waiting = b""
        """The next bytes to send."""
        self._last = False
        """Nothing follows them."""

    def carry(self, stdin: t.Any, _data: object, process: subprocess.Popen[bytes]) -> None:
        """Called with the STDIN of PROCESS by core, or by the function that started it.

        Raises CommandTimeout, OutputTooLong, and the errors of the input and of the dialogue.
        """
        try:
            self._carry(stdin, process)
        except BaseException:
            self._end(process)
            process.wait()
            raise

    def _carry(self, stdin: t.Any, process: subprocess.Popen[bytes]) -> None:
        if self._dialogue is not None:
            self._waiting = self._dialogue.opening
            self._deadline = time.monotonic() + self._dialogue.seconds
        else:
            self._next()
        os.set_blocking(stdin.fileno(), False)
        with selectors.DefaultSelector() as selector:
            for stream in (process.stdout, process.stderr):
                selector.register(t.cast("t.IO[bytes]", stream), selectors.EVENT_READ)
            self._work(selector, stdin, process)

    def _work(self, selector: selectors.BaseSelector, stdin: t.Any, process: subprocess.Popen[bytes]) -> None:
        sending = False
        while self._reads(selector, stdin):
            if self._waiting and not sending and not stdin.closed:
                selector.register(stdin, selectors.EVENT_WRITE)
                sending = True
            elif self._last and not self._waiting and not stdin.closed:
                stdin.close()
            ended = process.poll() is not None
            events = selector.select(0 if ended else self._seconds(process, selector))
            for key, _mask in events:
                if key.fileobj is stdin:
                    sending = self._send(selector, stdin)
                else:
                    self._receive(selector, t.cast("t.IO[bytes]", key.fileobj), process)
            if ended and not events:
                break
            if not events:
                self._check_time()
                self._tell(b"", b"")
            self._talk()
        process.wait()
        stdin.close()

    @staticmethod
    def _reads(selector: selectors.BaseSelector, stdin: t.Any) -> bool:
        return any(key.fileobj is not stdin for key in selector.get_map().values())

    def _seconds(self, process: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> float | None:
        left = None if self._deadline is None else max(self._deadline - time.monotonic(), 0)
        if self._heard is not None:
            left = SILENT_SECONDS if left is None else min(left, SILENT_SECONDS)
        return patience(left, process.stdout in {key.fileobj for key in selector.get_map().values()})

    # -- in ------------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        self._waiting, self._last = next(self._input)

    def _send(self, selector: selectors.BaseSelector, stdin: t.Any) -> bool:
        """Send some of the waiting bytes; False if none are left."""
        try:
            sent = os.write(stdin.fileno(), self._waiting[:CHUNK_BYTES])
        except BlockingIOError:
            return True
        except BrokenPipeError:
            # The process reads no more; its exit code will say why.
            sent, self._last = len(self._waiting), True
        self._waiting = self._waiting[sent:]
        if not self._waiting and not self._last and self._dialogue is None:
            self._next()
        if not self._waiting:
            selector.unregister(stdin)
        return bool(self._waiting)

    def _talk(self) -> None:
        """Let the dialogue answer, once its last answer has been sent."""
        if self._dialogue is None or self._waiting:
            return
        answer = self._dialogue.reply(*self._seen())
        if answer is None:
            self._dialogue = self._deadline = None
            self._next()
        else:
            self._waiting = answer

    # -- out -----------------------------------------------------------------------------------------------------

    def _receive(self, selector: selectors.BaseSelector, stream: t.IO[bytes], process: subprocess.Popen[bytes]) -> None:
        try:
            data = os.read(stream.fileno(), CHUNK_BYTES)
        except BlockingIOError:
            return
        if not data:
            selector.unregister(stream)
        if len(self.stdout) + len(self.stderr) + len(data) > OUTPUT_BYTES:
            host, line = self._about
            message = f"{host}: printed more than {OUTPUT_BYTES >> 20} MiB and was {self._fate}: {line[:120]}"
            raise OutputTooLong(f"{message}; look on the laptop what floods it", self._seen()[0])
        if stream is process.stdout:
            self.stdout.extend(data)
            self._tell(data, b"")
        else:
            self.stderr.extend(data)
            self._tell(b"", data)

    def _tell(self, stdout: bytes, stderr: bytes) -> None:
        if self._heard is not None:
            self._heard(stdout, stderr)

    def _check_time(self) -> None:
        if self._deadline is None or time.monotonic() < self._deadline:
            return
        if self._dialogue is not None:
            raise self._dialogue.late()
        host, line = self._about
        message = f"{host}: not finished after {self._timeout:g} s and {self._fate}: {line[:120]}"
        raise CommandTimeout(message, self._seen()[0])

    def _seen(self) -> tuple[bytes, bytes]:
        return self._shown(bytes(self.stdout), bytes(self.stderr))
