# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._probe import judges as j
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import Scope

VERSION = "WSL-Version: 2.6.3.0\r\nKernelversion: 6.6.87.2-1\r\n"
POWER = "      Minimal: 0x00000000\r\n      Index (AC): 0x00000708\r\n      Index (DC): 0x00000384\r\n"
CASES: list[tuple[j.Judge, Completed, tuple[str, str]]] = [
    (j.prints("x"), Completed(0, b" x \r\n", b""), ("holds", "exit 0: x")),
    (j.prints("x"), Completed(1, b"x\r\n", b""), ("differs", "exit 1: x")),
    (j.prints("", 1), Completed(1, b"\r\n", b""), ("holds", "exit 1: nothing")),
    (j.contains("/c"), Completed(0, b"X=CMD.EXE /C set\r\n", b""), ("holds", "X=CMD.EXE /C set")),
    (j.contains("/c"), Completed(0, b"X=prog\r\n", b""), ("differs", "X=prog")),
    (j.fails(), Completed(0, b"", b""), ("differs", "exit 0")),
    (j.exits(0xFFFFFFFF), Completed(0xFFFFFFFF, b"", b""), ("holds", "exit 4294967295")),
    (j.notes_all, Completed(1, b"\r\n", b""), ("missing", "exit 1")),
    (j.notes_all, Completed(0, b"", b""), ("noted", "there, empty")),
    (j.notes_first_line, Completed(0, b"curl 8.10\r\nProtocols: https\r\n", b""), ("noted", "curl 8.10")),
    (
        j.notes_registry(Scope("HKU\\X")),
        Completed(0, b"\r\nHKEY_USERS\\X\r\n    B    REG_DWORD    0x10\r\n    A    REG_MULTI_SZ    x\\0y\r\n", b""),
        ("noted", "A=x y, B=16"),
    ),
    (j.notes_registry(Scope("HKU\\X")), Completed(1, b"", b"ERROR: x"), ("missing", "exit 1")),
    (
        j.notes_matches(r"\d+\.\d+\.\d+\.\d+"),
        Completed(0, b"\r\nMicrosoft Windows [version 10.0.26100.3476]\r\n", b""),
        ("noted", "10.0.26100.3476"),
    ),
    (
        j.notes_free_space,
        Completed(0, "Nombre total d’octets libres    : 214\u202f748\u202f364\u202f800 (200,0 Go)\r\n".encode(), b""),
        ("noted", "200 GiB"),
    ),
    (j.notes_sleep, Completed(0, POWER.encode(), b""), ("noted", "1800 900")),
    (j.notes_wsl("utf-8"), Completed(0, VERSION.encode(), b""), ("holds", "2.6.3.0 in utf-8")),
    (j.notes_wsl("utf-16"), Completed(0, VERSION.encode("utf-16-le"), b""), ("holds", "2.6.3.0 in utf-16")),
    (j.notes_wsl("utf-16"), Completed(0, VERSION.encode(), b""), ("differs", "2.6.3.0 in utf-8")),
    (j.notes_wsl("utf-8"), Completed(1, b"", b"path not found"), ("missing", "exit 1")),
    (
        j.notes_list,
        Completed(0, b"  NAME    STATE           VERSION\r\n* A    Running         2\r\n", b""),
        ("noted", "A (WSL 2)"),
    ),
    (j.notes_list, Completed(0xFFFFFFFF, b"keine\r\n", b""), ("noted", "none")),
]


@pytest.mark.parametrize(("judge", "completed", "expected"), CASES)
def test_answers(judge: j.Judge, completed: Completed, expected: tuple[str, str]) -> None:
    answer = judge(completed)
    assert (answer.verdict, answer.text) == expected


def test_answers_are_short() -> None:
    assert len(j.notes_all(Completed(0, b"a" * 9000, b"")).text) == 100
