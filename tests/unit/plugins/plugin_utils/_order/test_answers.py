# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import answers
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed


def printed(rows: t.Any, name: str = "Debian") -> bytes:
    return json.dumps({"bundle": name, "rows": rows}).encode() + b"\n"


ROW = {"module": "m", "register": "r", "result": {"changed": True, "_ansible_x": 1, "ansible_facts": {"a": 1}}}


def test_only_what_has_the_shape_of_a_result_is_taken() -> None:
    good = printed([ROW])
    [row] = answers.answer_of_task("x", b"noise\n" + good, b"wslfleet-exit-10\n", "Debian").rows
    result = {"changed": True, "failed": False}
    assert row == {"name": "m", "module": "m", "register": "r", "seconds": 0.0, "result": result}


@pytest.mark.parametrize(
    ("stdout", "stderr", "message"),
    [
        (b"", b"wslfleet-exit-11\n", "x: it has no /usr/bin/python3"),
        (b"Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n", b"", "x: no distribution has that name"),
        (b"", b"execvpe(/bin/sh) failed", "x: it has no /bin/sh"),
        (b"", b"", "x: it stopped before the work ended; run again"),
        (
            b"",
            b'wslfleet-progress {"step": "Guard"}\n',
            "x: it stopped before the work ended in the middle of step 'Guard'",
        ),
        (b"", b"a\nb\nwslfleet-exit-1\n", "x: the work ended without a result .b."),
        (b"", b'b\nwslfleet-progress {"step": "Guard"}\nwslfleet-exit-1\n', "ended without a result .b."),
    ],
)
def test_why_there_is_no_result(stdout: bytes, stderr: bytes, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        answers.answer_of_task("x", stdout, stderr, "Debian")


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("a\nb", "a b"),
        ({"event": {"msg": "a  b", "__ansible_type": "Event"}, "__ansible_type": "WarningSummary"}, "a b"),
        ({"msg": "a"}, "a"),
        ({"event": 5}, "5"),
        (None, "None"),
    ],
)
def test_warnings_of_every_core_become_texts(sent: t.Any, text: str) -> None:
    row = {**ROW, "result": {"warnings": [sent], "exception": "Traceback", "deprecations": "x"}}
    [found] = answers.answer_of_task("x", printed([row]), b"wslfleet-exit-10\n", "Debian").rows
    assert found["result"] == {"warnings": [text], "deprecations": "x", "failed": False}


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b"[1]\n",
        printed([ROW], "Ubuntu"),
        printed([{"module": "m"}]),
        printed(["x"]),
        printed([{**ROW, "result": "x"}]),
        printed([{**ROW, "result": None}]),
        printed(5),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_anything_else_is_refused(stdout: bytes) -> None:
    with pytest.raises(StepFailed, match="x: the work ended without a result"):
        answers.answer_of_task("x", stdout, b"wslfleet-exit-10\n", "Debian")


def test_what_a_look_finds() -> None:
    state = {"bundle": "Debian", "id": "1", "rows": [ROW], "step": "Do b", "ended": False, "alive": True}
    transaction = {"id": "t", "progress": 4.2, "text": "Unpacking x", "log": "/l"}
    printed = json.dumps({**state, "transaction": transaction, "python": True}).encode()
    found = answers.answer_in("x", Completed(10, b"noise\n" + printed + b"\nThe operation completed.\n", b""), "Debian")
    assert (found.id, found.step, found.ended, found.alive, found.python) == ("1", "Do b", False, True, True)
    assert found.transaction == {"id": "t", "progress": 4.2, "text": "Unpacking x"}
    assert answers.why_unfinished(found) == (
        "the distribution was stopped in the middle of step 'Do b' (done before: m); run again"
    )


def told(**state: t.Any) -> bytes:
    return b"wslfleet-progress " + json.dumps({"id": "mine", "ended": False, **state}).encode() + b"\n"


APT = {"progress": 41.7, "package": "x", "text": "Unpacking x"}


@pytest.mark.parametrize(
    ("stderr", "text"),
    [
        (b"", ""),
        (b"wslfleet-exit-10\n", ""),
        (told(step="Guard"), "Guard"),
        (told(step="Guard") + told(step="Toolkit", transaction=APT) + b"noise\n", "apt 42%: Unpacking x"),
        (told(step="Guard") + b"wslfleet-progress {\n" + b"wslfleet-progress [1]\nwslfleet-prog", "Guard"),
        (told(id="other", step="Guard"), "waiting for another run: Guard"),
        (told(id="", step="installing Python"), "installing Python"),
        (told(step="\x1b[2J\nGuard"), "\\x1b[2J\\x0aGuard"),
        (b"wslfleet-progress " + b"[" * 100_000 + b"\n", ""),
        (told(transaction={"progress": 101, "package": ["x"]}), "apt: ['x']"),
        (told(transaction={"progress": 10**400, "text": "x"}), ""),
        (told(transaction={"progress": -1, "text": "y" * 5000}), f"apt: {'y' * 4091}… (909 characters more)"),
    ],
)
def test_how_far_a_task_is(stderr: bytes, text: str) -> None:
    found = answers.progress_of_task(stderr)
    assert (answers.shown(found, "mine") if found else "") == text


def test_a_task_that_broke_off_tells_what_was_done_before() -> None:
    state = {"bundle": "Debian", "rows": [ROW], "step": "Do b", "crash": "MemoryError"}
    answer = answers.answer_of_task("x", json.dumps(state).encode(), b"wslfleet-exit-10\n", "Debian")
    steps = [{"module": "m", "register": "r"}, {"module": "n", "register": ""}, {"module": "o", "register": ""}]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers.result_shape, "damage", lambda _module, _result: None)
        outcome = answers.outcome("x", answer, steps)
    assert (
        outcome.failure == "the work broke off (MemoryError) in the middle of step 'Do b' (done before: m); run again"
    )
    assert ([row["module"] for row in outcome.rows], outcome.under_way) == (["m"], True)
