# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Writing the jobs of a kept session, and reading their answers. Pure."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._kept.service import LONG_LINE, pack, unpack
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.program import program

KNOWN_BYTES = 16 << 20
"""Most bytes that the kept Python is asked to remember."""
_NOISE_BYTES = 64 << 10
_HEADER_BYTES = 4 << 10


class BrokenAnswer(Exception):
    """The output is not an answer."""


class JobWriter:
    """Writes the jobs of one session, and knows what the other side remembers."""

    def __init__(self, interpreter: str) -> None:
        self._interpreter = interpreter
        self._known: dict[str, int] = {}
        self.number = 0

    def write(
        self, command: str, payload: bytes, confirm: bool = False, before: tuple[str, bytes] | None = None
    ) -> bytes:
        """The next job: run COMMAND (text for /bin/sh) with PAYLOAD as its stdin; CONFIRM: report that it begins.

        BEFORE: a script and its stdin; COMMAND only runs if that exits with 0.
        """
        self.number += 1
        header: dict[str, t.Any] = {"job": self.number}
        if confirm:
            header["confirm"] = True
        if sum(self._known.values()) > KNOWN_BYTES:
            self._known.clear()
            header["forget"] = True
        python = program(command)
        if python is None or python.interpreter != self._interpreter:
            header["shell"] = command
            parts = [(payload, False)]
        else:
            header["environment"] = python.environment
            parts = list(_parts(payload))
        written = []
        if before is not None:
            written = [self._part(before[1], False)]
            header["before"] = {"shell": before[0], "part": written[0][0]}
        parts_written = [self._part(*part) for part in parts]
        header["parts"] = [described for described, _data in parts_written]
        return json.dumps(header).encode() + b"\n" + b"".join(data for _described, data in written + parts_written)

    def _part(self, data: bytes, keep: bool) -> tuple[tuple[str, int, str], bytes]:
        digest = hashlib.sha256(data).hexdigest() if keep else ""
        if digest in self._known:
            return ("known", 0, digest), b""
        if keep:
            self._known[digest] = len(data)
        how, packed = pack(data)
        return (how, len(packed), digest), packed


def _parts(payload: bytes) -> t.Iterator[tuple[bytes, bool]]:
    """PAYLOAD in parts, each with whether it should be remembered. The archive of a module is one long line."""
    short = bytearray()
    for line in payload.splitlines(keepends=True):
        if len(line) < LONG_LINE:
            short += line
            continue
        yield bytes(short), False
        yield line, True
        short.clear()
    yield bytes(short), False


@dataclass(frozen=True)
class Answer:
    """The outcome of a job."""

    code: int
    stdout: bytes
    stderr: bytes
    too_long: bool = False


class AnswerReader:
    """Finds answers in the output of a session, which is not trusted: root in the distribution decides what it is."""

    def __init__(self, mark: str, limit: int) -> None:
        """LIMIT: most bytes that a job may print."""
        self._mark = mark.encode()
        self._limit = limit
        self._buffer = bytearray()
        self.begun = 0
        """The last job that has reported its beginning."""

    def add(self, data: bytes) -> None:
        """Add received DATA. Raises BrokenAnswer if there is more than an answer can hold."""
        self._buffer += data
        if len(self._buffer) > 2 * self._limit + _NOISE_BYTES:
            raise BrokenAnswer("it printed more than an answer")

    def ready(self) -> bool:
        """Whether the session has reported that it waits for jobs."""
        header = self._header()
        if header is None:
            return False
        described, end = header
        if not isinstance(described.get("ready"), str):
            raise BrokenAnswer("it did not say that it is ready")
        del self._buffer[:end]
        return True

    def answer(self, number: int) -> Answer | None:
        """The answer to job NUMBER, None if it is not complete yet. Raises BrokenAnswer."""
        header = self._header()
        if header is None:
            return None
        described, end = header
        if described.get("begun") is True and described.get("job") == number != self.begun:
            self.begun = number
            del self._buffer[:end]
            return self.answer(number)
        code = described.get("code")
        if described.get("job") != number or not isinstance(code, int) or not 0 <= code <= 255:
            raise BrokenAnswer("it answered something else")
        out_how, out_size = self._stream(described.get("out"))
        err_how, err_size = self._stream(described.get("err"))
        if len(self._buffer) < end + out_size + err_size:
            return None
        out = bytes(self._buffer[end : end + out_size])
        err = bytes(self._buffer[end + out_size : end + out_size + err_size])
        del self._buffer[: end + out_size + err_size]
        try:
            return Answer(
                code,
                unpack(out_how, out, self._limit),
                unpack(err_how, err, self._limit),
                too_long=described.get("long") is True,
            )
        except ValueError as error:
            raise BrokenAnswer(f"what it printed cannot be read: {error}") from None

    def _header(self) -> tuple[dict[str, t.Any], int] | None:
        """The line of JSON after the next mark, and where it ends."""
        start = self._buffer.find(self._mark)
        if start < 0 or start > _NOISE_BYTES:
            if len(self._buffer) > _NOISE_BYTES:
                raise BrokenAnswer("it printed something else")
            return None
        start += len(self._mark)
        end = self._buffer.find(b"\n", start)
        if end < 0:
            if len(self._buffer) - start > _HEADER_BYTES:
                raise BrokenAnswer("it answered without end")
            return None
        try:
            described = json.loads(self._buffer[start:end])
        except (ValueError, RecursionError):
            described = None
        if not isinstance(described, dict) or end - start > _HEADER_BYTES:
            raise BrokenAnswer("it answered something else")
        return described, end + 1

    def _stream(self, described: object) -> tuple[str, int]:
        if isinstance(described, list) and len(described) == 2:
            how, size = described
            if isinstance(how, str) and isinstance(size, int) and 0 <= size <= 2 * self._limit:
                return how, size
        raise BrokenAnswer("it answered something else")
