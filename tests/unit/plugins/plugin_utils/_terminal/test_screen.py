# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines at the bottom of a terminal, as a person sees them."""

from __future__ import annotations

import pyte
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.line import Line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.screen import Screen


class Window:
    """A terminal of 20 columns and 6 lines, and what draws on it."""

    def __init__(self) -> None:
        self.seen = pyte.HistoryScreen(20, 6, history=100)
        self._stream = pyte.Stream(self.seen)
        self.screen = Screen(self, lambda one: one.text, lambda: self.seen.columns)

    def write(self, text: str) -> None:
        self._stream.feed(text.replace("\n", "\r\n"))  # As a terminal driver does.

    def flush(self) -> None:
        """Nothing waits."""

    def draw(self, *texts: str) -> None:
        self.screen.draw([Line(text) for text in texts])

    def say(self, text: str) -> None:
        self.screen.above(lambda: self.write(f"{text}\n"))

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.seen.display if line.strip()]

    @property
    def past(self) -> list[str]:
        return ["".join(line[x].data for x in range(20)).rstrip() for line in self.seen.history.top]


def test_lines_take_the_place_of_those_before() -> None:
    window = Window()
    window.draw("one", "two", "three")
    window.draw("ONE", "2")
    assert window.lines == ["ONE", "2"]
    assert (window.seen.cursor.y, window.seen.cursor.x, window.seen.cursor.hidden) == (2, 0, False)


def test_what_is_said_stays_above_and_nothing_twice() -> None:
    window = Window()
    window.write("before\n")
    window.draw("one", "two")
    for number in range(6):
        window.say(f"said {number}")
        window.draw("one", f"two {number}")
    assert window.past + window.lines == ["before", *(f"said {number}" for number in range(6)), "one", "two 5"]


def test_cleared_lines_leave_nothing() -> None:
    window = Window()
    window.say("said")
    window.draw("one", "two")
    window.screen.clear()
    window.write("end\n")
    assert window.lines == ["said", "end"]


def test_a_narrower_terminal_loses_nothing_that_was_said() -> None:
    window = Window()
    window.say("said")
    window.draw("0123456789", "two")
    window.seen.resize(6, 8)
    window.say("more")
    assert window.lines == ["said", "more"]  # Lines of ten columns would be broken.
    window.draw("0123", "2")
    assert window.lines == ["said", "more", "0123", "2"]
