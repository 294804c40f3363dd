# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which answers are kept, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.home import Home
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_an_answer_is_kept_until_it_is_forgotten(home: Home) -> None:
    assert home.known() is None
    home.learn(Completed(0, b"/root\n", b""))
    assert home.known() == b"/root\n"
    home.forget()
    home.forget()
    assert home.known() is None


@pytest.mark.parametrize(
    "answer",
    [
        Completed(1, b"/root\n", b""),
        Completed(0, b"/root\n", b"a warning"),
        Completed(0, b"~root\n", b""),
        Completed(0, b"/root", b""),
        Completed(0, b"a message of the day\n/root\n", b""),
        Completed(0, b"/my home\n", b""),
        Completed(0, b"", b""),
    ],
    ids=repr,
)
def test_others_are_not(home: Home, answer: Completed) -> None:
    home.learn(answer)
    assert home.known() is None


def test_one_that_is_just_being_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"/ro")
    assert Home(tmp_path / "home").known() is None
