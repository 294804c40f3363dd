# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import protected_folder as p

from tests.unit.host_answers import BATCH
from tests.unit.scripted_runner import ScriptedRunner

FOLDER = "C:\\Program Files\\wslfleet\\x"


def answer(*failing: int) -> t.Callable[[str, bytes], Completed]:
    """A host on which the lines FAILING (from 1) fail."""

    def run(line: str, stdin: bytes) -> Completed:
        count = line.count("-0||echo")
        ends = "".join(f"wslfleet-{n}-{int(n in failing)}\r\n" for n in range(1, count + 1))
        return Completed(0, f"wslfleet-begin\r\n{ends}".encode(), b"")

    return run


@pytest.mark.parametrize("failing", [(), (1,), (1, 2, 3)])
def test_one_command_and_nobody_else_in_the_list(failing: tuple[int, ...]) -> None:
    with ScriptedRunner([(BATCH, answer(*failing))]) as runner:
        p.make(runner, FOLDER, ["*.txt"], ["S-1-5-21-7"])
    line = runner.calls[0][0]
    assert line.index(f'del /f /q /a "{FOLDER}\\*.txt"') < line.index(f'rd "{FOLDER}"') < line.index(f'md "{FOLDER}"')
    assert line.endswith(
        '"*S-1-5-18:(OI)(CI)F" /grant:r "*S-1-5-32-544:(OI)(CI)F" /grant:r "*S-1-5-21-7:(OI)(CI)RX" /q'
        "&&echo wslfleet-5-0||echo wslfleet-5-1"
    )


@pytest.mark.parametrize("failing", [(4,), (5,)])
def test_every_failure_counts(failing: tuple[int, ...]) -> None:
    with ScriptedRunner([(BATCH, answer(*failing))]) as runner, pytest.raises(
        StepFailed, match="remove files that others"
    ):
        p.make(runner, FOLDER, ["*"])


def test_a_command_that_was_cut_short() -> None:
    with ScriptedRunner([(BATCH, Completed(1, b"", b""))]) as cut, pytest.raises(StepFailed, match="making"):
        p.make(cut, FOLDER, [])


def test_rights_to_files() -> None:
    assert p.give(f"{FOLDER}\\a", "S-1-5-7", p.DELETE).endswith(
        '/grant:r *S-1-5-18:F /grant:r *S-1-5-32-544:F /grant:r "*S-1-5-7:(R,D)" /q'
    )
    assert p.removal(FOLDER, []) == [f'rd "{FOLDER}"']
