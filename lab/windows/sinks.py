# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where output of a redirected command goes, and the input that it reads from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.machine.machine import Machine
from lab.machine.process import ByteSink
from lab.machine.streams import Pipe
from lab.windows import disk_space


@dataclass(frozen=True)
class Streams:
    """The three standard handles of a command."""

    stdin: Pipe
    stdout: ByteSink
    stderr: ByteSink


class NullSink:
    """NUL: takes everything, keeps nothing."""

    def write(self, data: bytes) -> None:
        """Drop DATA."""


class FileSink:
    """A file opened by ``>`` or ``>>``. Raises OSError when it cannot be opened, DiskFull when there is no room."""

    def __init__(self, laptop: Machine, path: Path, append: bool) -> None:
        self._laptop = laptop
        self._file = path.open("ab" if append else "wb", buffering=0)

    def write(self, data: bytes) -> None:
        """Append DATA."""
        disk_space.require(self._laptop, len(data))
        self._file.write(data)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def filled_pipe(data: bytes) -> Pipe:
    """A pipe that holds DATA and then ends."""
    pipe = Pipe(limit=max(len(data), 1))
    pipe.write(data)
    pipe.close()
    return pipe
