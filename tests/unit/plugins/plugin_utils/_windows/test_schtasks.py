# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks as s

TASK = s.Task("wslfleet\\x-S-1-5-21-1", "S-1-5-21-1", s.WITHOUT_SESSION, 'set A=1&(x "y")>"z" 2>&1||echo <', 90)
_NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def read(task: s.Task) -> t.Callable[[str], str | None]:
    """What the XML of TASK says at a path."""
    data = s.xml(task)
    assert data.startswith(b"\xff\xfe<\0?\0")
    root = ElementTree.fromstring(data)
    return lambda path: root.findtext("/".join(_NAMESPACE + part for part in path.split("/")))


def test_without_a_session() -> None:
    text = read(TASK)
    assert text("Principals/Principal/UserId") == "S-1-5-21-1"
    assert text("Principals/Principal/LogonType") == "S4U"
    assert text("Principals/Principal/RunLevel") == "LeastPrivilege"
    assert text("Actions/Exec/Command") == "C:\\Windows\\System32\\cmd.exe"
    assert text("Actions/Exec/Arguments") == f"/d /c {TASK.line}"
    assert text("Triggers/LogonTrigger/UserId") is None
    assert text("Settings/ExecutionTimeLimit") == "PT90S"
    assert text("Settings/DisallowStartIfOnBatteries") == "false"
    assert text("Settings/StopIfGoingOnBatteries") == "false"


def test_in_a_session_without_a_window() -> None:
    text = read(replace(TASK, logon_type=s.INTERACTIVE, at_logon=True, on_battery=False))
    assert text("Actions/Exec/Command") == "C:\\Windows\\System32\\conhost.exe"
    assert text("Actions/Exec/Arguments") == f"--headless C:\\Windows\\System32\\cmd.exe /d /c {TASK.line}"
    assert text("Triggers/LogonTrigger/UserId") == "S-1-5-21-1"
    assert text("Settings/DisallowStartIfOnBatteries") == "true"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (s.create_line("w\\x", "C:\\x.xml"), "/Create /TN w\\x /XML C:\\x.xml /F"),
        (s.run_line("w\\x"), "/Run /TN w\\x"),
        (s.delete_line("w\\x"), "/Delete /TN w\\x /F"),
        (s.query_line("w\\x"), "/Query /TN w\\x /FO CSV /V /NH"),
    ],
)
def test_lines_never_ask_for_a_password(line: str, text: str) -> None:
    assert line == f"C:\\Windows\\System32\\schtasks.exe {text}"
    assert "/RU" not in line


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ('"PC","\\w\\x","N/V","Bereit","Interaktiv","30.11.1999 00:00:00","267011","",""', s.NEVER_RUN),
        ('"PC","\\w\\x","N/A","Prêt","","","-2147020576","a, ""b"""', s.REFUSED),
        ('\r\n"PC","x","","","","","0",""\r\n"PC","x","","","","","1",""', 0),
        ("FEHLER: nicht gefunden", None),
        ("", None),
    ],
)
def test_last_result_in_any_language(output: str, code: int | None) -> None:
    assert s.last_result(output.encode()) == code
