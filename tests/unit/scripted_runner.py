# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command runner that answers from a script and fails on an extra and on a missing call.

    runner = ScriptedRunner([
        ("C:\\\\Windows\\\\System32\\\\reg.exe query HKU", Completed(0, b"…", b"")),
        (re.compile("dism.exe .*/Enable-Feature"), Completed(3010, b"", b"")),
        (re.compile("wsl.exe"), HostUnreachable("lost")),      # an exception is raised
    ])
    … code under test …
    runner.assert_finished()

Used as a context manager it asserts at the end by itself. ``runner.calls`` keeps (line, stdin) of each call.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin

Expected = t.Union[str, "re.Pattern[str]"]
Answer = t.Union[Completed, Exception, t.Callable[[str, bytes], Completed]]


class ScriptedRunner:
    """Answers calls in order: the line must equal a text or be found by a pattern."""

    def __init__(self, script: t.Sequence[tuple[Expected, Answer]]) -> None:
        self._script = list(script)
        self.calls: list[tuple[str, bytes]] = []

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """The next answer of the script; AssertionError when LINE is not the next expected one."""
        number = len(self.calls)
        assert number < len(self._script), f"call {number + 1} was not expected: {line}"
        expected, answer = self._script[number]
        matches = line == expected if isinstance(expected, str) else expected.search(line) is not None
        assert matches, f"call {number + 1} is\n  {line}\nbut expected was\n  {expected}"
        data = stdin if isinstance(stdin, bytes) else b"".join(iter(lambda: stdin.read(1 << 16), b""))
        self.calls.append((line, data))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Completed) else answer(line, data)

    def assert_finished(self) -> None:
        """AssertionError when calls of the script are still missing."""
        missing = [expected for expected, _answer in self._script[len(self.calls) :]]
        assert not missing, f"expected calls that never came: {missing}"

    def __enter__(self) -> ScriptedRunner:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_ignored: object) -> None:
        if kind is None:
            self.assert_finished()
