# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal is like."""

from __future__ import annotations

import io
import os
import pty
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import line, terminal


class Window(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "moves"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({}, False), ({"TERM": "xterm", "CI": "true"}, False)],
)
def test_where_lines_can_move(environment: dict[str, str], moves: bool) -> None:
    assert terminal.moves(environment, Window()) is moves
    assert not terminal.moves(environment, io.StringIO())


def test_the_size_of_what_is_no_terminal() -> None:
    assert terminal.size(io.StringIO()) == terminal.NO_TERMINAL


def test_a_terminal_that_does_not_know_its_size() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as stream:
        assert terminal.size(stream) == terminal.NO_TERMINAL
    os.close(ours)


def test_colours_are_those_of_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[t.Any] = []
    monkeypatch.setattr(terminal, "stringc", lambda text, colour: asked.append(colour) or f"!{text}!")
    assert terminal.paint(line.Line("x", line.BAD)) == "!x!" and terminal.paint(line.Line("x")) == "x"
    assert asked == ["red"]
