# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.local_paths import why_not_opened


@pytest.mark.parametrize("folder", ["C:\\Users\\anna", "d:\\Linux & more", "C:\\Users\\Jörg (2)"])
def test_opened(folder: str) -> None:
    assert why_not_opened(folder) is None


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("", "does not lie on a drive"),
        ("\\\\evil\\share", "does not lie on a drive"),
        ("//evil/share", "does not lie on a drive"),
        ("UNC\\evil\\share", "does not lie on a drive"),
        ("\\\\?\\C:\\x", "does not lie on a drive"),
        ("C:\\", "does not lie on a drive"),
        ("C:relative", "does not lie on a drive"),
        ("C:\\Users\\100%", "cmd.exe cannot carry"),
        ('C:\\Users\\a"&calc&"', "cmd.exe cannot carry"),
        ("C:\\Users\\a\r\ncalc", "cmd.exe cannot carry"),
        ("C:\\" + "x" * 9000, "cmd.exe cannot carry"),
    ],
)
def test_not_opened(folder: str, why: str) -> None:
    assert why in (why_not_opened(folder) or "")
