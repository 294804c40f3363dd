# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Files of the controller as stdin of a command on a host: read in parts, never kept in memory as a whole."""

from __future__ import annotations

import itertools
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Stdin

PART_BYTES = 1 << 20


class ByteStream:
    """A reader of PARTS: ``read(size)`` returns SIZE bytes, fewer only at the end, ``b""`` after it."""

    def __init__(self, parts: t.Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = bytearray()

    def read(self, size: int) -> bytes:
        """The next SIZE bytes. Raises the errors of reading PARTS."""
        while len(self._rest) < size:
            part = next(self._parts, None)
            if part is None:
                break
            self._rest += part
        data = bytes(self._rest[:size])
        del self._rest[:size]
        return data


def followed_by(first: bytes, stdin: Stdin) -> Stdin:
    """FIRST, then STDIN."""
    if isinstance(stdin, bytes):
        return first + stdin
    return ByteStream(itertools.chain([first], iter(lambda: stdin.read(PART_BYTES), b"")))


def file_parts(source: Path) -> t.Iterator[bytes]:
    """The content of the controller's file SOURCE in parts; raises StepFailed when it cannot be read."""
    try:
        with source.open("rb") as content:
            yield from iter(lambda: content.read(PART_BYTES), b"")
    except OSError as error:
        raise StepFailed(f"cannot read {source} on the controller: {error.strerror}") from None


def file_stream(source: Path) -> ByteStream:
    """The content of the controller's file SOURCE."""
    return ByteStream(file_parts(source))


def tar_stream(source: Path, name: str) -> ByteStream:
    """A tar archive that holds the controller's file SOURCE as NAME (with ``/``); raises StepFailed when it is gone."""
    return ByteStream(_tar_parts(source, name))


def _tar_parts(source: Path, name: str) -> t.Iterator[bytes]:
    entry = tarfile.TarInfo(name)
    try:
        entry.size = source.stat().st_size
    except OSError as error:
        raise StepFailed(f"cannot read {source} on the controller: {error.strerror}") from None
    entry.mode = 0o644
    # A size of 8 GiB or more and a name of more than 100 letters need more than the plain header has room for.
    yield entry.tobuf(tarfile.GNU_FORMAT)
    sent = 0
    for part in file_parts(source):
        sent += len(part)
        yield part
    if sent != entry.size:
        raise StepFailed(f"{source} on the controller changed while it was read: run again")
    yield bytes(-sent % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)
