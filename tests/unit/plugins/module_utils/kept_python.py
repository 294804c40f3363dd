# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python of a kept session, run here as the distribution runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._kept import service

MARK = "0123456789abcdef" * 2


def environment() -> dict[str, str]:
    """Without what pytest changes between tests."""
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


class KeptPython:
    """The service, and the other end of its pipes."""

    def __init__(self, folder: Path, variables: t.Mapping[str, str], limit: int, **hello: t.Any) -> None:
        """In FOLDER, with VARIABLES. A job may print LIMIT bytes. HELLO: more for its greeting."""
        program = folder / "program.py"
        program.write_bytes(Path(service.__file__).read_bytes())
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {sys.executable} 3<&0 <{program}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            cwd=folder,
            env=dict(variables),
        )
        self.count = 0
        """The number of the last job."""
        self._limit = limit
        self.say({"mark": MARK, "silence": 60, "limit": limit, **hello})
        assert self.answer()["ready"]

    def say(self, header: dict[str, t.Any], data: bytes = b"") -> None:
        stdin = t.cast(t.IO[bytes], self.process.stdin)
        stdin.write(json.dumps(header).encode() + b"\n" + data)
        stdin.flush()

    def answer(self) -> dict[str, t.Any]:
        line = t.cast(t.IO[bytes], self.process.stdout).readline()
        assert line.startswith(MARK.encode())
        answer: dict[str, t.Any] = json.loads(line[len(MARK) :])
        return answer

    def stream(self, described: tuple[str, int]) -> bytes:
        how, size = described
        return service.unpack(how, t.cast(t.IO[bytes], self.process.stdout).read(size), self._limit)

    def ask(self, parts: list[tuple[tuple[str, int, str], bytes]], **more: t.Any) -> None:
        """Send the next job."""
        self.count += 1
        header = {"job": self.count, "parts": [described for described, _data in parts], **more}
        self.say(header, b"".join(data for _described, data in parts))

    def result(self) -> tuple[int, bytes, bytes]:
        """Exit code, stdout and stderr of the last job."""
        answer = self.answer()
        assert answer["job"] == self.count
        assert not answer.get("long")
        return answer["code"], self.stream(answer["out"]), self.stream(answer["err"])

    def end(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            t.cast(t.IO[bytes], pipe).close()
        self.process.wait(30)
