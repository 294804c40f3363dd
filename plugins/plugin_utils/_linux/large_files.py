# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Large files into a distribution: in one stream, which is resumed when the connection is lost.

Nothing is appended. Every byte is written at its own offset, so the writer of a lost connection, which may still run,
writes the same bytes to the same places. If the beginning of the file in the distribution is wrong, the whole file is
sent again. The digest of the whole decides at the end, as for every file.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
import time
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import ByteStream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    Completed,
    HostUnreachable,
    Stdin,
)

BLOCK_BYTES = 1 << 20
_PART_BYTES = 3 << 18
"""A multiple of 3, so that base64 has no padding."""
PAUSES = (0.5, 1, 2, 4, 8, 16, 30)
"""Seconds to wait for a lost laptop, one after the other, while no more of the file arrives."""


class BulkRunner(t.Protocol):
    """Runs commands with a long stdin; see ``LinuxRunner``."""

    where: str

    def run(self, command: str, payload: Stdin = b"", timeout: float | None = None) -> Completed:
        """Run COMMAND (text for /bin/sh) with PAYLOAD as its stdin."""

    def end_lost(self) -> None:
        """End the command that ran when the connection was lost. Never raises."""


class Patience:
    """Waits for a laptop that was lost during a transfer, and gives up if no more of the file arrives."""

    def __init__(self, note: t.Callable[[str], None], sleep: t.Callable[[float], None] = time.sleep) -> None:
        self._note = note
        self._sleep = sleep
        self._furthest = -1
        self._pauses = iter(PAUSES)
        self._first = True

    def lost(self, error: HostUnreachable, reached: int) -> None:
        """ERROR came when REACHED bytes had arrived: wait, or raise it."""
        if isinstance(error, AuthenticationFailed) or (self._first and not error.begun):
            raise error
        self._first = False
        if reached > self._furthest:
            self._furthest, self._pauses = reached, iter(PAUSES)
        pause = next(self._pauses, None)
        if pause is None:
            raise error
        self._note(f"{error}; the transfer continues when it answers again")
        self._sleep(pause)


class Upload:
    """One file of the controller on its way into a distribution."""

    def __init__(self, linux: BulkRunner, local: Path, remote: str, in_base64: bool, patience: Patience) -> None:
        self._linux = linux
        self._local = local
        self._target = shlex.quote(remote)
        self._in_base64 = in_base64
        self._patience = patience
        self._digest = hashlib.sha256()

    def send(self) -> tuple[Completed, str]:
        """The last command, which printed the SHA-256 of what was written, and the SHA-256 of what was sent.

        :raises HostUnreachable: the laptop was lost and has not come back.
        """
        offset, lost = 0, False
        while True:
            try:
                if lost:
                    offset = self._reached()
                    self._linux.end_lost()
                return self._stream(offset), self._digest.hexdigest()
            except HostUnreachable as error:
                lost = True
                self._patience.lost(error, offset)

    def _stream(self, offset: int) -> Completed:
        """Send the file from OFFSET on, a number of whole blocks."""
        decode = "base64 -d|" if self._in_base64 else ""
        write = f"dd bs={BLOCK_BYTES} seek={offset // BLOCK_BYTES} conv=notrunc of={self._target}"
        command = f"{decode}{write if offset else f'cat >{self._target}'}&&sha256sum<{self._target}"
        return self._linux.run(command, ByteStream(self._parts(offset)))

    def _parts(self, offset: int) -> t.Iterator[bytes]:
        self._digest = self._digest_of(offset)
        with self._local.open("rb") as file:
            file.seek(offset)
            while part := file.read(_PART_BYTES):
                self._digest.update(part)
                yield base64.b64encode(part) if self._in_base64 else part

    def _digest_of(self, size: int) -> t.Any:
        """The digest of the first SIZE bytes, whole blocks."""
        digest = hashlib.sha256()
        with self._local.open("rb") as file:
            for _block in range(size // BLOCK_BYTES):
                digest.update(file.read(BLOCK_BYTES))
        return digest

    def _reached(self) -> int:
        """How much of the file has arrived, in whole blocks."""
        look = (
            f"s=$(($(wc -c <{self._target})/{BLOCK_BYTES}*{BLOCK_BYTES}));echo $s;head -c $s <{self._target}|sha256sum"
        )
        completed = self._linux.run(look)
        size, _newline, digest = completed.stdout.decode("ascii", "replace").partition("\n")
        if completed.exit_code != 0 or not size.isdigit() or int(size) > self._local.stat().st_size:
            return 0
        return int(size) if self._digest_of(int(size)).hexdigest() in digest else 0
