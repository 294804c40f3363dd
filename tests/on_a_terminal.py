# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program on a terminal of its own, and tells what a person would see there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
import typing as t

import pyte

SECONDS = 120.0


class Terminal:
    """A terminal with a program on it. ``screen`` is what it shows now, ``past`` the lines that have left it above."""

    def __init__(
        self, command: t.Sequence[str], environment: t.Mapping[str, str], columns: int = 100, lines: int = 24
    ) -> None:
        self._screen = pyte.HistoryScreen(columns, lines, history=10_000)
        self._stream = pyte.ByteStream(self._screen)
        self.sent = b""
        """Every byte that the program wrote."""
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm", **environment})
        self._set_size(columns, lines)

    @property
    def screen(self) -> list[str]:
        """The lines that are shown, without those below the last that is not empty."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip().splitlines()

    @property
    def whole(self) -> list[str]:
        """Everything that can be read by scrolling back, and the screen."""
        past = [
            "".join(line[x].data for x in range(self._screen.columns)).rstrip() for line in self._screen.history.top
        ]
        return past + self.screen

    @property
    def cursor_is_shown(self) -> bool:
        """Whether a person sees where they would write."""
        return not self._screen.cursor.hidden

    def until(self, seen: t.Callable[[], bool], seconds: float = SECONDS) -> None:
        """Go on until SEEN is true; an AssertionError shows the screen where that takes too long, or never comes."""
        end = time.monotonic() + seconds
        while not seen():
            assert time.monotonic() < end and self._read(), "\n".join(self.screen)

    def type(self, text: str) -> None:
        """Press the keys of TEXT."""
        os.write(self._terminal, text.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        self._screen.resize(lines, columns)
        self._set_size(columns, lines)

    def wait(self, seconds: float = SECONDS) -> int:
        """The exit code of the program, once it has ended."""
        end = time.monotonic() + seconds
        while self._read():
            if time.monotonic() > end:
                os.kill(self.process, signal.SIGKILL)
                raise AssertionError("\n".join(self.screen))
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self) -> bool:
        """Take what the program has written within a moment; False once it has ended."""
        if not select.select([self._terminal], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.sent += data
        self._stream.feed(data)
        return bool(data)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
