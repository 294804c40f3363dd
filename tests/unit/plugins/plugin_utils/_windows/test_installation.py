# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows installs one thing at a time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import installation

from tests.unit.scripted_runner import ScriptedRunner

BUSY, DONE = Completed(1618, b"", b""), Completed(0, b"", b"")


@pytest.mark.parametrize(
    ("answers", "timeout", "expected", "waited"),
    [
        ([DONE], 60, DONE, 0),
        ([BUSY, BUSY, DONE], 60, DONE, 30),
        ([BUSY, BUSY], 20, BUSY, 15),
        ([BUSY], 10, BUSY, 0),
    ],
    ids=["free", "waited for", "for as long as there is time", "not at all"],
)
def test_another_installation_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, answers: list[Completed], timeout: float, expected: Completed, waited: float
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(installation.time, "monotonic", lambda: sum(slept))
    monkeypatch.setattr(installation.time, "sleep", slept.append)
    script: list[t.Any] = [("install", answer) for answer in answers]
    with ScriptedRunner(script) as runner:
        found = installation.run_alone(runner, "install", timeout, lambda completed: completed.exit_code == 1618)
    assert (found, sum(slept)) == (expected, waited)


def test_lines_of_a_log_are_short_and_none_is_empty() -> None:
    text = b"first  line\r\n\r\n" + b"x" * 300 + b"\r\n"
    with ScriptedRunner([("type log", Completed(0, text, b""))]) as runner:
        assert installation.log_lines(runner, "type log") == ["first line", "x" * 200]


def test_a_log_that_takes_too_long_tells_nothing() -> None:
    with ScriptedRunner([("type log", CommandTimeout("120 s"))]) as runner:
        assert installation.log_lines(runner, "type log") == []
