# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What goes in and out of one process: standard input as it is needed, output within bounds, until a deadline.

Core's ``ssh`` starts the process and gives it away for a moment, to be sent its input. It is kept until it has ended,
since core neither stops at a time nor at a size, reads nothing while it sends, and sends nothing but bytes at once.
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
    Dialogue,
    Heard,
    Stdin,
    pieces,
)

CHUNK_BYTES = 65536
"""That are read or written at once."""
_LOOK_SECONDS = 0.02
"""How often an ended process is looked for, whose stderr stays open: a ControlPersist of some versions keeps it."""


def patience(seconds: float | None, has_stdout: bool) -> float | None:
    """How long to wait for a process where SECONDS are left; HAS_STDOUT: whether its stdout is open."""
    if has_stdout:
        return seconds
    return _LOOK_SECONDS if seconds is None else min(seconds, _LOOK_SECONDS)


class DeadlinePassed(Exception):
    """The time is over; the process was ended."""


class TooLong(Exception):
    """It printed more than is taken; the process was ended."""


class Exchange:
    """Of one command. It is also what core takes for the input, and so for something."""

    def __init__(
        self,
        stdin: Stdin,
        deadline: float | None,
        dialogue: Dialogue | None = None,
        shown: t.Callable[[bytes, bytes], tuple[bytes, bytes]] = lambda stdout, stderr: (stdout, stderr),
        heard: Heard | None = None,
        end: t.Callable[[subprocess.Popen[bytes]], None] = subprocess.Popen.terminate,
    ) -> None:
        """DEADLINE: on the clock of ``time.monotonic``.

        :arg shown: what of the received output DIALOGUE is to see.
        :arg end: ends a process whose time is over, or that floods.
        """
        self.stdout, self.stderr = bytearray(), bytearray()
        self._input = pieces(io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin, CHUNK_BYTES)
        self._deadline = deadline
        self._dialogue = dialogue
        self._shown = shown
        self._heard = heard
        self._end = end
        self._waiting = b""
        """What is to be sent now."""
        self._last = False
        """Nothing comes behind it."""

    def carry(self, stdin: t.Any, _data: object, process: subprocess.Popen[bytes]) -> None:
        """Called by core, or whoever started PROCESS, with its STDIN.

        Raises DeadlinePassed, TooLong, and what the input or the dialogue raise.
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
        """Send some of what waits; False if nothing waits any more."""
        try:
            sent = os.write(stdin.fileno(), self._waiting[:CHUNK_BYTES])
        except BlockingIOError:
            return True
        except BrokenPipeError:
            # It reads no more: how it ended says why.
            sent, self._last = len(self._waiting), True
        self._waiting = self._waiting[sent:]
        if not self._waiting and not self._last and self._dialogue is None:
            self._next()
        if not self._waiting:
            selector.unregister(stdin)
        return bool(self._waiting)

    def _talk(self) -> None:
        """Let the dialogue answer, once what it said last has been sent."""
        if self._dialogue is None or self._waiting:
            return
        answer = self._dialogue.reply(*self._shown(bytes(self.stdout), bytes(self.stderr)))
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
            raise TooLong
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
        raise DeadlinePassed if self._dialogue is None else self._dialogue.late()
