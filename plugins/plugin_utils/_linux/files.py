# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Files into a distribution and out of it, over stdin and stdout of commands, checked by digest.

Neither side keeps a whole file in memory. A small one is sent like the other commands of a task, also through the kept
session. A large one is sent as bare bytes by commands of its own, and resumed after a lost connection. Nobody has
published whether WinRS carries arbitrary bytes, so the digest decides: on the first difference the file is sent again
in base64, and so is every later one of this connection. A marker before the base64 separates it from the output of an
AutoRun command of cmd.exe.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shlex
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.foreign_text import clean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.large_files import BulkRunner, Patience, Upload
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

SMALL_BYTES = 4 << 20
FIRST_BYTES = 1 << 20
"""Bytes of a file that the first command reads; it also prints the digest."""
PIECE_BYTES = 8 << 20
"""Bytes of a large file that each later command reads."""

_DIGEST = re.compile(rb"\b([0-9a-f]{64})\b")
_CONTENT = b"wslfleet-content"
_MISSING = 44
_DIRECTORY = 45
"""Exit codes of our read command: what is at the path."""


class TransferError(Exception):
    """A file did not arrive; one line with the distribution, the path and the reason."""

    def __init__(self, message: str) -> None:
        """MESSAGE may contain text from a laptop; terminals show it unchanged."""
        super().__init__(clean(message))


class RemoteFileMissing(TransferError):
    """There is no such file in the distribution."""


class Runs(t.Protocol):
    """Runs commands in one distribution; see ``LinuxRunner``."""

    @property
    def where(self) -> str:
        """Distribution and host, for messages."""

    def run(self, command: str, payload: bytes = b"", timeout: float | None = None) -> Completed:
        """Run COMMAND (text for /bin/sh) with PAYLOAD as its stdin."""


class LinuxFiles:
    """Puts and gets files of one distribution."""

    def __init__(
        self,
        linux: Runs,
        bulk: t.Callable[[], BulkRunner],
        in_base64: bool = False,
        note: t.Callable[[str], None] = lambda _text: None,
    ) -> None:
        """BULK returns the runner for large files; NOTE gets a line when a transfer is resumed after a loss."""
        self._linux = linux
        self._bulk = bulk
        self._note = note
        self.in_base64 = in_base64
        """Send content in base64; becomes True when bare bytes arrived changed."""

    def put(self, local: Path, remote: str) -> None:
        """Write the content of LOCAL to REMOTE (a Linux path); raises TransferError."""
        if local.stat().st_size > SMALL_BYTES:
            self._twice(lambda: self._put_large(local, remote), remote)
        else:
            self.put_content(local.read_bytes(), remote)

    def put_content(self, content: bytes, remote: str) -> None:
        """Write CONTENT to REMOTE (a Linux path); raises TransferError."""
        self._twice(lambda: self._put_once(content, remote), remote)

    def get(self, remote: str, local: Path) -> None:
        """Write the content of REMOTE (a Linux path) to LOCAL; raises TransferError, RemoteFileMissing."""
        self._twice(lambda: self._get_once(remote, local), remote)

    def _twice(self, attempt: t.Callable[[], bool], remote: str) -> None:
        """ATTEMPT returns whether the digests agree; if bare bytes arrive changed, base64 is used from then on."""
        if attempt():
            return
        if not self.in_base64:
            self.in_base64 = True
            if attempt():
                return
        raise TransferError(f"{self._linux.where}: {remote} did not arrive as it was sent (SHA-256 differs); run again")

    def _put_once(self, content: bytes, remote: str) -> bool:
        target = shlex.quote(remote)
        read = "base64 -d" if self.in_base64 else "cat"
        payload = base64.b64encode(content) if self.in_base64 else content
        completed = self._linux.run(f"{read}>{target}&&sha256sum<{target}", payload)
        return self._written(completed, hashlib.sha256(content).hexdigest(), remote)

    def _put_large(self, local: Path, remote: str) -> bool:
        upload = Upload(self._bulk(), local, remote, self.in_base64, Patience(self._note))
        return self._written(*upload.send(), remote)

    def _written(self, completed: Completed, digest: str, remote: str) -> bool:
        if completed.exit_code != 0:
            raise TransferError(f"{self._linux.where}: cannot write {remote}: {reason(completed)}")
        return _digest_in(completed.stdout) == digest

    def _get_once(self, remote: str, local: Path) -> bool:
        """Read piece by piece; the first command reports the digest on stderr."""
        source = shlex.quote(remote)
        first = f"[ -e {source} ]||exit {_MISSING};[ -d {source} ]&&exit {_DIRECTORY};sha256sum<{source}>&2||exit 1;"
        digest = hashlib.sha256()
        patience = Patience(self._note)
        offset, size = 0, FIRST_BYTES
        completed = self._linux.run(first + self._read_command(source, offset, size))
        wanted = _digest_in(completed.stderr)
        with local.open("wb") as file:
            while True:
                piece = self._decoded(self._read(completed, remote))
                file.write(piece)
                digest.update(piece)
                offset += len(piece)
                if len(piece) < size:
                    return wanted == digest.hexdigest()
                size = PIECE_BYTES
                completed = self._next(self._read_command(source, offset, size), offset, patience)

    def _next(self, command: str, offset: int, patience: Patience) -> Completed:
        lost = False
        while True:
            try:
                completed = self._bulk().run(command)
            except HostUnreachable as error:
                patience.lost(error, offset)
                lost = True
                continue
            if lost:
                self._bulk().end_lost()
            return completed

    def _read_command(self, source: str, offset: int, size: int) -> str:
        read = f"tail -c +{offset + 1} -- {source}|head -c {size}"
        return f"echo wslfleet-content;{read}|base64" if self.in_base64 else read

    def _decoded(self, data: bytes) -> bytes:
        if not self.in_base64:
            return data
        try:
            return base64.b64decode(data.partition(_CONTENT)[2])
        except binascii.Error:
            return b""  # cut short: the digest will differ

    def _read(self, completed: Completed, remote: str) -> bytes:
        if completed.exit_code == _MISSING:
            raise RemoteFileMissing(f"{self._linux.where}: there is no file {remote}")
        if completed.exit_code == _DIRECTORY:
            raise TransferError(f"{self._linux.where}: {remote} is a directory, not a file")
        if completed.exit_code != 0:
            raise TransferError(f"{self._linux.where}: cannot read {remote}: {reason(completed)}")
        return completed.stdout


def _digest_in(output: bytes) -> str | None:
    match = _DIGEST.search(output)
    return match.group(1).decode() if match else None


def reason(completed: Completed) -> str:
    """Why a command failed, in one line."""
    said = " ".join(completed.stderr.decode("utf-8", "replace").split())
    return said[:300] or f"exit code {completed.exit_code}"
