# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths that no command line on Windows could carry are told with the options."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import paths


@pytest.mark.parametrize(
    "path", ["C:\\wsl\\Ubuntu-24.04", "d:\\a b\\ä.tar", "C:\\x", "C:\\a\\.wsl", "C:\\" + "a" * 237]
)
def test_right(path: str) -> None:
    assert paths.problem(path) == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "full path"),
        ("wsl", "full path"),
        ("\\wsl", "full path"),
        ("\\\\server\\share", "full path"),
        ("C:wsl", "full path"),
        ("C:/wsl", "full path"),
        ("C:\\wsl/x", "contains /"),
        ("C:\\", "ends with a backslash"),
        ("C:\\wsl\\", "ends with a backslash"),
        ("C:\\%TEMP%", "contains %"),
        ('C:\\a"b', 'contains "'),
        ("C:\\a:b", "contains :"),
        ("C:\\a?", "contains ?"),
        ("C:\\a\nb", "control character"),
        ("C:\\a\x00", "control character"),
        ("C:\\a\x7f", "control character"),
        ("C:\\a\\..\\b", "empty, or that ends with a dot"),
        ("C:\\a\\\\b", "empty, or that ends with a dot"),
        ("C:\\a.\\b", "empty, or that ends with a dot"),
        ("C:\\a ", "empty, or that ends with a dot"),
        ("C:\\" + "a" * 238, "241 characters: 240 at most"),
    ],
)
def test_wrong(path: str, expected: str) -> None:
    assert expected in paths.problem(path)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://files.example.com/a%20b.msi?x=1&y=[2]", ""),
        ("files/wsl.msi", ""),
        ("\\\\server\\share$\\a b\\wsl.msi", ""),
        ("C:\\images\\x.tar", ""),
        ("C:\\images\\%x.tar", "contains %"),
        ("\\\\server\\share\\a%b.msi", "contains %"),
        ('\\\\server\\share\\a"b.msi', 'contains "'),
        ("\\\\server\\share\\a\x1b.msi", "control character"),
        ("\\\\server\\share\\" + "a" * 300, "characters: 240 at most"),
        ("\\\\server\\share", "must be a path on a share"),
        ("\\\\ser ver\\share\\x", "must be a path on a share"),
        ("//server/share/x", "must be a path on a share"),
        ('https://x/a"b.msi', "write it as %22"),
        ("https://x/a b.msi", "write it as %20"),
        ("https://x/a\nb.msi", "write it as %0A"),
    ],
)
def test_where_a_file_comes_from(source: str, expected: str) -> None:
    found = paths.source_problem(source)
    assert expected in found and bool(expected) == bool(found)
