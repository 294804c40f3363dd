# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    CommandTimeout,
    Completed,
    HostUnreachable,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import ask as probe_ask
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import judges
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.question import Question
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.questions import questions

from tests.unit.scripted_runner import Answer, ScriptedRunner

ANY = re.compile("")
ASKED = [
    Question("silence", "?", "rem", judges.prints("")),
    Question("echo", "?", "echo x", judges.prints("x"), b"in"),
]


def ask(*answers: Answer) -> list[probe_ask.Row]:
    with ScriptedRunner([(ANY, answer) for answer in answers]) as runner:
        return probe_ask.probe(runner, ASKED)


def test_rows_keep_the_raw_bytes() -> None:
    row = ask(Completed(0, b"", b""), Completed(0, b"x\r\n", b"\xff"))[1]
    assert (row["verdict"], row["exit_code"], row["line"]) == ("holds", 0, "echo x")
    assert [base64.b64decode(row[name]) for name in ("stdin", "stdout", "stderr")] == [b"in", b"x\r\n", b"\xff"]


def test_what_autorun_prints_is_told_once_and_then_ignored() -> None:
    rows = ask(Completed(0, b"hello\r\n", b""), Completed(0, b"hello\r\nx\r\n", b""))
    assert [row["verdict"] for row in rows] == ["differs", "holds"]
    assert base64.b64decode(rows[1]["stdout"]) == b"hello\r\nx\r\n"


@pytest.mark.parametrize("error", [CommandTimeout("x"), HostUnreachable("cut")])
def test_a_question_that_breaks_is_an_answer(error: Exception) -> None:
    row = ask(Completed(0, b"", b""), error)[1]
    assert (row["verdict"], row["exit_code"]) == ("differs", None)


def test_the_account_or_the_first_question_decides() -> None:
    with pytest.raises(HostUnreachable):
        ask(HostUnreachable("off"))
    with pytest.raises(AuthenticationFailed):
        ask(Completed(0, b"", b""), AuthenticationFailed("refused"))


TOGETHER = [
    Question("silence", "?", "rem", judges.prints("")),
    Question("a", "?", "echo a", judges.prints("a"), together=True),
    Question("b", "?", "(exit 3)", judges.fails(), together=True),
    Question("alone", "?", "echo x", judges.prints("x")),
    Question("c", "?", "echo c", judges.prints("c"), together=True),
]


def test_neighbours_travel_in_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cmd_line, "new_mark", lambda: "MARK")
    batch = "echo MARK-begin&echo a&&echo MARK-1-0||echo MARK-1-1&(exit 3)&&echo MARK-2-0||echo MARK-2-1"
    printed = b"hello\r\nMARK-begin\r\na\r\nMARK-1-0\r\nwhat\r\nMARK-2-1\r\n"
    steps: list[tuple[str, Answer]] = [
        ("rem", Completed(0, b"hello\r\n", b"")),
        (batch, Completed(0, printed, b"noise")),
        ("echo x", Completed(0, b"hello\r\nx\r\n", b"")),
        ("echo c", Completed(0, b"hello\r\nc\r\n", b"")),
    ]
    with ScriptedRunner(steps) as runner:
        rows = probe_ask.probe(runner, TOGETHER)
    assert [(row["id"], row["exit_code"], row["verdict"]) for row in rows[1:]] == [
        ("a", 0, "holds"), ("b", 1, "holds"), ("alone", 0, "holds"), ("c", 0, "holds"),
    ]  # fmt: skip
    assert [base64.b64decode(row["stdout"]) for row in rows[1:3]] == [b"a\r\n", b"what\r\n"]


@pytest.mark.parametrize(
    "broken", [CommandTimeout("x"), HostUnreachable("cut"), OutputTooLong("x"), Completed(0, b"", b"")]
)
def test_where_they_do_not_come_back_together_each_is_asked_by_itself(broken: Answer) -> None:
    answers: list[Answer] = [Completed(0, b"", b""), broken, Completed(0, b"a\r\n", b""), Completed(7, b"", b"")]
    with ScriptedRunner([(ANY, answer) for answer in answers]) as runner:
        rows = probe_ask.probe(runner, TOGETHER[:3])
    assert [(row["id"], row["exit_code"], row["verdict"]) for row in rows[1:]] == [("a", 0, "holds"), ("b", 7, "holds")]


def test_an_account_that_is_refused_on_the_way_ends_it() -> None:
    answers: list[Answer] = [Completed(0, b"", b""), AuthenticationFailed("refused")]
    runner = ScriptedRunner([(ANY, answer) for answer in answers])
    with runner, pytest.raises(AuthenticationFailed):
        probe_ask.probe(runner, TOGETHER)


def test_a_line_has_an_end() -> None:
    many = [Question(f"q{number}", "?", f"echo {'x' * 3000}", judges.fails(), together=True) for number in range(5)]
    assert [len(group) for group in probe_ask._groups(many)] == [2, 2, 1]


def test_waiting() -> None:
    waited: list[float] = []
    question = Question("idle", "?", "echo back", judges.prints("back"), wait=130)
    with ScriptedRunner([(ANY, Completed(0, b"back\r\n", b""))]) as runner:
        probe_ask.probe(runner, [question], waited.append)
    assert waited == [130]


def test_what_differs_comes_first() -> None:
    rows = ask(Completed(0, b"", b""), Completed(1, b"y\r\n", b""))
    assert probe_ask.table(rows) == ["differs  echo    exit 1: y", "holds    silence exit 0: nothing"]


def test_what_is_not_there_comes_last() -> None:
    rows = [{"id": verdict, "verdict": verdict, "answer": ""} for verdict in ("missing", "noted", "holds", "differs")]
    assert [line.split()[0] for line in probe_ask.table(rows)] == ["differs", "holds", "noted", "missing"]


def test_only_what_has_no_other_way_hinders() -> None:
    rows = [
        {"id": "exit_3010", "verdict": "differs", "answer": "exit 0"},
        {"id": "stdin_binary", "verdict": "differs", "answer": "exit 1"},
        {"id": "loop", "verdict": "holds", "answer": "HKEY_USERS\\.DEFAULT"},
    ]
    assert probe_ask.hindrances(rows) == ["exit codes do not arrive as they are (exit_3010: exit 0)"]


def test_whatever_is_needed_is_asked() -> None:
    assert set(probe_ask.NEEDED) <= {question.id for question in questions("Ubuntu-24.04")}
