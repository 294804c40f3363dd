# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin, is_here
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import TellingRunner, run_told

from tests.unit.scripted_runner import ScriptedRunner

OK = Completed(0, b"", b"")


class Figures:
    """The meter of a test: says the last byte that it heard, and nothing before the first."""

    last = ""

    def hear(self, stdout: bytes, stderr: bytes) -> None:
        self.last = (stdout + stderr).decode()[-1:] or self.last

    def text(self, seconds: float) -> str:
        del seconds
        return self.last and f"figure {self.last}"


class Prints:
    """Runs a command that prints a figure at each second of WHEN."""

    inside = "a road of its own"

    def __init__(self, when: t.Mapping[float, bytes], answer: Completed | Exception = OK) -> None:
        self.when, self.answer, self.now = when, answer, 100.0
        self.shown: list[tuple[float, str]] = []

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None, heard: t.Any = None) -> Completed:
        assert (line, stdin, timeout) == ("curl.exe", b"x", 60)
        for second, figure in self.when.items():
            self.now = 100 + second
            if heard:
                heard(b"", figure)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def told(self) -> list[tuple[float, str]]:
        runner = TellingRunner(self, lambda text: self.shown.append((self.now - 100, text)), lambda: self.now)
        assert run_told(runner, "curl.exe", b"x", 60, Figures()) == self.answer
        return self.shown


def test_soon_first_then_as_often_as_apt_and_the_end() -> None:
    figures = {float(second): bytes([48 + second]) for second in range(64)}
    shown = [second for second, _text in Prints(figures).told()]
    assert shown == [2, 5, 10, 20, 40, 60, 63]


def test_what_is_over_soon_is_not_told() -> None:
    assert Prints({0.5: b"1", 1.5: b"9"}).told() == []


def test_nothing_new_is_not_told_again() -> None:
    assert Prints({2: b"1", 6: b"", 12: b"", 30: b"2"}).told() == [(2, "figure 1"), (30, "figure 2")]


def test_a_failure_has_no_last_figure() -> None:
    assert Prints({2: b"1", 3: b"2"}, Completed(18, b"", b"")).told() == [(2, "figure 1")]


def test_a_lost_connection_is_one() -> None:
    lost = Prints({2: b"1", 3: b"2"}, HostUnreachable("lost"))
    with pytest.raises(HostUnreachable, match="lost"):
        lost.told()
    assert lost.shown == [(2, "figure 1")]


def test_it_is_the_runner_in_all_other_respects() -> None:
    runner = TellingRunner(Prints({}), lambda _text: None)
    assert is_here(runner) and runner.run("curl.exe", b"x", 60) == OK
    with pytest.raises(AttributeError):
        assert runner.what


def test_a_runner_that_tells_nobody_runs_as_ever() -> None:
    with ScriptedRunner([("curl.exe", OK)]) as runner:
        assert run_told(runner, "curl.exe", b"x", 60, Figures()) == OK
