# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines below what Display says: from this process and from workers, with prompts in between."""

from __future__ import annotations

import io
import os
import threading

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import Line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.live import Live
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.screen import Screen


class Display:
    """As far as it matters here."""

    def __init__(self, stream: io.StringIO) -> None:
        self._lock = threading.RLock()
        self.stream = stream
        self.logged: list[str] = []

    def display(self, msg: str, color: str | None = None, log_only: bool = False) -> None:
        self.logged.append(msg)
        if not log_only:
            self.stream.write(f"{msg}\n")

    def prompt(self, msg: str) -> str:
        self.stream.write(msg)
        return "yes"


class Bench:
    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.display = Display(self.stream)
        self.drawn = threading.Event()
        screen = Screen(self.stream, lambda one: f"<{one.text}>", lambda: 80)
        self.live = Live(self.display, screen, self._frame, lambda text: text.startswith("[a] "))

    def _frame(self) -> list[Line]:
        self.drawn.set()
        return [Line("line")]

    def begin(self) -> None:
        self.live.begin()
        self.live.news = True
        assert self.drawn.wait(60)
        with self.live.lock:  # Until it is written.
            self.stream.truncate(0)
            self.stream.seek(0)


def test_what_is_said_is_above_the_lines() -> None:
    bench = Bench()
    bench.begin()
    try:
        with bench.live.lock:
            bench.display.display("said", color="red")
            assert bench.stream.getvalue() == "\x1b[1A\r\x1b[Jsaid\n<line>\x1b[K\n\x1b[J"
    finally:
        bench.live.end()


def test_progress_is_told_by_the_lines_and_logged() -> None:
    bench = Bench()
    bench.begin()
    try:
        with bench.live.lock:
            bench.display.display("[a] apt 3%: x", color="gray")
            assert (bench.stream.getvalue(), bench.display.logged) == ("", ["[a] apt 3%: x"])
            bench.display.display("only for the log", log_only=True)
            assert bench.stream.getvalue() == ""
    finally:
        bench.live.end()


def test_a_prompt_stands_alone() -> None:
    bench = Bench()
    bench.begin()
    try:
        with bench.live.lock:
            assert bench.display.prompt("sure? ") == "yes"
            assert bench.stream.getvalue().startswith("\x1b[1A\r\x1b[Jsure? <line>")
    finally:
        bench.live.end()


def test_a_worker_says_it_to_display_itself() -> None:
    bench = Bench()
    bench.begin()
    try:
        reader, writer = os.pipe()
        with bench.live.lock:
            child = os.fork()
            if child == 0:
                bench.display.display("[a] apt 3%: x")
                os.write(writer, bench.stream.getvalue().encode())
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writer)
        with os.fdopen(reader) as answer:
            assert answer.read() == "[a] apt 3%: x\n"
    finally:
        bench.live.end()


def test_afterwards_display_is_as_before() -> None:
    bench = Bench()
    bench.begin()
    bench.live.begin()  # Another play.
    bench.live.end()
    bench.live.end()
    assert set(vars(bench.display)) == {"_lock", "stream", "logged"}
    assert "wslfleet-terminal" not in {thread.name for thread in threading.enumerate()}
