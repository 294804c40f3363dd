# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A runner that shows lines of progress while a command runs.

A meter reads the output of the command; its text is shown in the same way, and as often, as apt's progress: see
``_terminal/progress.py``. This needs no further command or process.
"""

from __future__ import annotations

import itertools
import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandRunner,
    Completed,
    HearingRunner,
    Readable,
    Stdin,
)

_WAITS = (2.0, 3.0, 5.0, 10.0)
_LONGEST_WAIT = 20.0


def waits() -> t.Iterator[float]:
    """Seconds between the lines of one command. Short at first, so that a person soon sees progress."""
    return itertools.chain(_WAITS, itertools.repeat(_LONGEST_WAIT))


class Meter(t.Protocol):
    """Measures the progress of a command."""

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        """Take new output of the command; it is not trusted, and may be cut anywhere."""

    def text(self, seconds: float) -> str:
        """The progress, SECONDS after the beginning; empty if there is nothing to show."""


class TellingRunner:
    """A runner that shows the progress of its commands."""

    def __init__(
        self, runner: HearingRunner, show: t.Callable[[str], None], clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        """SHOW shows one line of progress."""
        self._runner, self._show, self._clock = runner, show, clock

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._runner, name)

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``CommandRunner.run``."""
        return self._runner.run(line, stdin, timeout)

    def run_told(self, line: str, stdin: Stdin, timeout: float | None, meter: Meter) -> Completed:
        """See the function ``run_told``."""
        listener = _Listener(meter, self._show, self._clock)
        given = stdin if isinstance(stdin, bytes) else _Given(stdin, listener)
        completed = self._runner.run(line, given, timeout, heard=listener.hear)
        if completed.exit_code == 0:
            listener.ended()
        return completed


class _Listener:
    """Listens to one command."""

    def __init__(self, meter: Meter, show: t.Callable[[str], None], clock: t.Callable[[], float]) -> None:
        self._meter, self._show, self._clock = meter, show, clock
        self._waits = waits()  # a command that ends before the first one shows no line
        self._began = clock()
        self._due = self._began + next(self._waits)
        self._shown = ""

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        """See ``Heard``."""
        self._meter.hear(stdout, stderr)
        now = self._clock()
        if now >= self._due:
            self._due = now + next(self._waits)
            self._tell(now)

    def ended(self) -> None:
        """The command was successful: show the last figure, if lines were shown before."""
        if self._shown:
            self._tell(self._clock())

    def _tell(self, now: float) -> None:
        text = self._meter.text(now - self._began)
        if text and text != self._shown:
            self._shown = text
            self._show(text)


class _Given:
    """A standard input; LISTENER checks the progress at each piece of it."""

    def __init__(self, stdin: Readable, listener: _Listener) -> None:
        self._stdin, self._listener = stdin, listener

    def read(self, size: int) -> bytes:
        """See ``Readable``."""
        data = self._stdin.read(size)
        self._listener.hear(b"", b"")
        return data


def run_told(runner: CommandRunner, line: str, stdin: Stdin, timeout: float | None, meter: Meter) -> Completed:
    """Run LINE as ``runner.run`` does, and show the progress by METER if RUNNER can."""
    told: t.Callable[[str, Stdin, float | None, Meter], Completed] | None = getattr(runner, "run_told", None)
    return runner.run(line, stdin, timeout) if told is None else told(line, stdin, timeout, meter)
