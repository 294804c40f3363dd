# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe.unjudged import questions

LINES = {question.id: question.line for question in questions()}
JUDGES = {question.id: question.judge for question in questions()}


def test_a_file_is_deleted_only_where_it_is_not() -> None:
    asked = re.fullmatch(r"\(if not exist (\S+) del /f /q (\S+) 2>&1\)", LINES["delete_missing"])
    assert asked is not None
    assert asked[1] == asked[2] == "C:\\Windows\\wslfleet-missing.txt"


def test_robocopy_only_lists() -> None:
    assert " /L " in LINES["backup_right"]


@pytest.mark.parametrize("name", ["window_code", "window_waited"])
def test_no_product_has_the_code_that_is_removed(name: str) -> None:
    assert " /x {00000000-0000-0000-0000-000000000000} /qn /norestart" in LINES[name]


def test_only_what_needs_its_exit_code_travels_alone() -> None:
    alone = [question.id for question in questions() if not question.together]
    assert alone == ["handed_on", "window_code", "window_waited", "feature"]
    assert all(question.line[0] + question.line[-1] == "()" for question in questions() if question.together)


@pytest.mark.parametrize(
    ("name", "code", "stdout", "verdict"),
    [
        ("empty_folder", 0, b"", "noted"),
        ("empty_folder", 1, b"File Not Found\r\n", "noted"),
        ("file_size", 0, b"08/14/2025  01:02 PM             77824 reg.exe\r\n", "holds"),
        ("file_size", 0, b"14.08.2025  01:02            77.824 reg.exe\r\n", "differs"),
        ("file_size", 0, b"reg.exe\r\n", "differs"),
        ("link", 0, b"All Users\r\n", "holds"),
        ("link", 1, b"", "differs"),
        ("no_link", 0, b"reg.exe\r\n", "differs"),
        ("search_nothing", 0, b"", "differs"),
        ("search_hit", 0, b"\r\nHKEY_LOCAL_MACHINE\\A\\ComputerName\\ActiveComputerName\r\n", "holds"),
        ("qword", 0, b"    InstallTime    REG_QWORD    0x1d\r\n", "holds"),
        ("qword", 0, b"    InstallTime    REG_QWORD    29\r\n", "differs"),
        ("registry_error", 1, "FEHLER: Der Schlüssel fehlt".encode(), "noted"),
        ("registry_error", 1, "FEHLER: Der Schlüssel fehlt".encode("cp850"), "differs"),
        ("registry_utf8", 0, b"    sCurrency    REG_SZ    $\r\n", "noted"),
        ("registry_utf8", 0, "    sCurrency    REG_SZ    €\r\n".encode(), "holds"),
        ("registry_utf8", 0, "    sCurrency    REG_SZ    €\r\n".encode("cp1252"), "differs"),
        ("task_columns", 0, b'"PC","\\x","N/A","Ready","","","267011","",""\r\n', "holds"),
        ("task_columns", 0, b'"PC"\r\n', "differs"),
        ("task_missing", 0, b"", "differs"),
        ("backup_right", 1, b"\tNew File\t 77824\treg.exe\r\n", "holds"),
        ("backup_right", 1, b"ERROR : You do not have the Backup and Restore Files user rights.\r\n", "differs"),
        ("window_code", 0, b"", "noted"),
        ("window_waited", 1605, b"", "holds"),
        ("window_waited", 0, b"", "differs"),
        ("feature", 0, b"State : Enabled\r\n", "noted"),
        ("feature", 740, b"", "missing"),
    ],
)
def test_answers(name: str, code: int, stdout: bytes, verdict: str) -> None:
    assert JUDGES[name](Completed(code, stdout, b"")).verdict == verdict
