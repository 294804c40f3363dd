# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _protected_folder as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import Completed

from tests.unit.host_answers import BATCH
from tests.unit.scripted_runner import ScriptedRunner


def answer(*failing: int) -> t.Callable[[str, bytes], Completed]:
    """A host on which the lines FAILING (from 1) fail; the first, which looks for a link, does on a good host."""

    def run(line: str, stdin: bytes) -> Completed:
        count = line.count("-0||echo")
        ends = "".join(f"wslfleet-{n}-{int(n in failing)}\r\n" for n in range(1, count + 1))
        return Completed(0, f"wslfleet-begin\r\n{ends}".encode(), b"")

    return run


@pytest.mark.parametrize("failing", [(1,), (1, 2), (1, 6)])
def test_one_command_and_nobody_else_in_the_list(failing: tuple[int, ...]) -> None:
    with ScriptedRunner([(BATCH, answer(*failing))]) as runner:
        p.make(runner, {"C:\\ProgramData\\wslfleet\\x": {"S-1-5-21-7": p.MODIFY}})
    line = runner.calls[0][0]
    assert line.index("/setowner") < line.index("/reset") < line.index("/inheritance:r") < line.index("rd /s /q")
    assert line.endswith(
        '"*S-1-5-18:(OI)(CI)F" /grant:r "*S-1-5-32-544:(OI)(CI)F" /grant:r "*S-1-5-21-7:(OI)(CI)M" /q'
        "&&echo wslfleet-8-0||echo wslfleet-8-1"
    )


@pytest.mark.parametrize("failing", [(), (1, 3), (1, 4), (1, 5), (1, 7), (1, 8)])
def test_a_link_and_every_failure_count(failing: tuple[int, ...]) -> None:
    with ScriptedRunner([(BATCH, answer(*failing))]) as runner, pytest.raises(StepFailed, match="cannot be protected"):
        p.make(runner, {"C:\\ProgramData\\wslfleet\\x": {}})


def test_a_command_that_was_cut_short() -> None:
    with ScriptedRunner([(BATCH, Completed(1, b"", b""))]) as cut, pytest.raises(StepFailed, match="protecting"):
        p.make(cut, {"C:\\ProgramData\\wslfleet\\x": {}})
