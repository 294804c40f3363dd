# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io
import re
import tarfile

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import CmdLineError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.questions import questions


def test_ids_are_unique_and_silence_comes_first() -> None:
    ids = [question.id for question in questions("Debian", 130)]
    assert len(set(ids)) == len(ids)
    assert (ids[0], ids[-1]) == ("silence", "idle")


def test_nothing_is_started_unless_asked() -> None:
    assert not [question.line for question in questions() if "--exec" in question.line]
    assert len([question.line for question in questions("Debian") if "--exec" in question.line]) == 2


def test_no_question_changes_anything() -> None:
    changing = re.compile(
        r"(?<!/)\b(add|delete|import|enable-feature|install|shutdown|unregister|del|md|copy|move|ren|rd|run|create|load)\b"
        r"|-xf|/i\b|/x\b|robocopy",
        re.I,
    )
    allowed = {"delete_missing", "backup_right", "window_code", "window_waited"}  # see test_unjudged.py
    found = {question.id: question.line for question in questions("Debian") if changing.search(question.line)}
    assert set(found) == allowed, found


def test_the_silence_can_be_left_out() -> None:
    assert [question for question in questions(idle=0) if question.wait] == []


def test_binary_stdin_holds_what_text_mode_would_change() -> None:
    stdin = next(question.stdin for question in questions() if question.id == "stdin_binary")
    assert set(stdin) == set(range(256))
    assert b"\r\n" in stdin
    assert b"\x1a" in stdin[:5000]
    with tarfile.open(fileobj=io.BytesIO(stdin)) as archive:
        assert archive.getnames() == ["bytes"]


def test_a_name_that_cannot_be_said() -> None:
    with pytest.raises(CmdLineError):
        questions("De bian")
