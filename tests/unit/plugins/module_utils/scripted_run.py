# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A distribution for tests, and a runner that knows which commands come, and fails on others and on missing ones."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, Runner, System

Answer = t.Union[Completed, t.Callable[[t.Sequence[str]], Completed]]


def plain(arguments: t.Sequence[str]) -> list[str]:
    """A command line without the settings that stand in every one of apt."""
    if not {"apt-get", "apt-cache", "apt-mark"} & set(arguments):
        return list(arguments)
    found: list[str] = []
    kept = r"Etc::PreferencesParts|State|Status|Etc::Source(List|Parts)=(?!/dev/null)"
    setting = re.compile(rf"^(APT|Acquire|Dpkg|DPkg|Dir)::(?!{kept})")
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == "-q":
            continue
        if word == "-o" and words and setting.match(words[0]):
            words.pop(0)
        else:
            found.append(word)
    return found


class ScriptedRun:
    """Pairs of a regular expression for the joined command line and what it leaves behind."""

    def __init__(self, *expected: tuple[str, Answer]) -> None:
        self._expected = list(expected)

    def __call__(self, arguments: t.Sequence[str]) -> Completed:
        """Answer the next command."""
        line = " ".join(plain(arguments))
        assert self._expected, f"not expected: {line}"
        pattern, answer = self._expected.pop(0)
        assert re.search(pattern, line), f"expected {pattern}, got {line}"
        return answer if isinstance(answer, Completed) else answer(arguments)

    def done(self) -> None:
        """Every command came."""
        assert not self._expected, f"missing: {[pattern for pattern, _answer in self._expected]}"


def system_at(root: Path | str = "/dev/null", run: Runner | None = None) -> System:
    """A distribution whose files are below ROOT, and whose programs RUN answers. Without them, it has none."""
    return System(str(root), run or ScriptedRun())
