# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import as_user as a
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks

from tests.unit.host_answers import BATCH, SID, HostAnswers, reg
from tests.unit.plugins.plugin_utils._windows.test_protected_folder import answer
from tests.unit.scripted_runner import ScriptedRunner

ANNA = User(SID, "anna", "C:\\Users\\anna", loaded=True, connected=False)
PLACE = a.Place("x")
OK = Completed(0, b"", b"")
RUN = re.compile(" /Run ")


def session(there: bool = True) -> HostAnswers:
    key = f"HKEY_USERS\\{SID}\\Volatile Environment"
    return HostAnswers({q.session_of(SID)[f"session_{SID}"]: reg(key) + reg(f"{key}\\1")} if there else {})


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(a.time, "sleep", lambda _seconds: None)


def look(done: bytes = b"", task: int = 0x41301, **more: bytes) -> HostAnswers:
    row = f'"PC","\\x","N/A","","","","{task}",""\r\n'.encode()
    answers = HostAnswers({schtasks.query_line(PLACE.task(SID)): row, **more})
    answers[cmd_line("type", [PLACE.result(SID, "done")])] = done
    answers[cmd_line("type", [PLACE.result(SID, "out")])] = b"printed"
    return answers


def run(*looks: t.Any, there: bool = True, started: int = 0) -> bytes:
    """What came of a line; the last command takes everything away."""
    script: list[t.Any] = [(BATCH, session(there)), (re.compile("icacls"), answer()), (re.compile("tar.exe"), OK)]
    script += [(RUN, Completed(started, b"", b"")), *((BATCH, one) for one in looks)]
    script += [(re.compile("/Delete .*del /f /q /a .*&rd "), OK)]
    with ScriptedRunner(script) as runner:
        found = a.run_as(runner, PLACE, ANNA, "type C:\\x")
        assert b"/d /c type C:" in runner.calls[2][1].replace(b"\0", b"")
    return found


def test_what_was_printed_comes_back() -> None:
    assert run(look(), look(b"ok\r\n")) == b"printed"


@pytest.mark.parametrize(
    ("looks", "there", "started", "message"),
    [
        ([look(b"failed\r\n")], True, 0, "with the rights of anna"),
        ([look(task=0x800710E0)], True, 0, "anna: that user is not logged on; run again"),
        ([look(task=0x8007052E)], False, 0, "anna: that user is not logged on, and Windows cannot act"),
        ([look(task=5)] * 7, True, 0, "was ended without a result"),
        ([look()] * 122, True, 0, "did not end; run again"),
        ([], True, 1, "registered no task"),
        ([], False, 1, "anna: that user is not logged on, and Windows cannot act"),
    ],
)
def test_why_nothing_came(looks: list[t.Any], there: bool, started: int, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        run(*looks, there=there, started=started)


def test_a_link_in_the_place_of_a_result() -> None:
    links = {cmd_line("dir", ["/b", "/al", PLACE.results(SID)]): b"x\r\n"}
    with pytest.raises(StepFailed, match="has become a link"):
        run(HostAnswers({**look(b"ok\r\n"), **links}))


def test_a_dir_that_finds_no_link_and_succeeds_all_the_same() -> None:
    """No judge says that it fails: only what it names is a link."""
    nothing = {cmd_line("dir", ["/b", "/al", PLACE.results(SID)]): b""}
    assert run(HostAnswers({**look(b"ok\r\n"), **nothing})) == b"printed"


def test_a_lost_connection_cleans_up_later() -> None:
    with ScriptedRunner([(BATCH, HostUnreachable("lost"))]) as runner, pytest.raises(HostUnreachable):
        a.run_as(runner, PLACE, ANNA, "type C:\\x")
