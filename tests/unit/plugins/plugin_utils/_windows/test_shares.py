# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import shares as s

FILE = "\\\\files\\wsl\\new\\cuda.wsl"


def test_paths() -> None:
    assert s.share_of(FILE) == "\\\\files\\wsl"
    assert [s.is_share(path) for path in (FILE, "C:\\x", "/srv/x", "https://x/y")] == [True, False, False, False]


@pytest.mark.parametrize(
    ("code", "readable", "words"),
    [
        (0x80070035, False, "finds no computer files"),
        (0x80070040, False, "finds no computer files"),
        (0x80070043, False, "files has no share wsl"),
        (0x80070005, False, "refuses this logon (error 5)"),
        (0x8007052E, False, "Kerberos delegation or CredSSP"),
        (0x80070520, False, "the account has no permission for that share"),
        (0x80070005, True, f"this account has no permission for {FILE}"),
        (0x8007051F, False, "no domain controller answers"),
        (0x80070002, True, f"{FILE} does not exist"),
        (0x80070003, True, f"{FILE} does not exist"),
        (0x80070002, False, "ended with 0x80070002"),
        (1, True, "ended with 0x1"),
        (0x80040005, False, "ended with 0x80040005"),
    ],
)
def test_cause(code: int, readable: bool, words: str) -> None:
    text = s.cause(FILE, code, readable)
    assert words in text
    assert "\n" not in text
