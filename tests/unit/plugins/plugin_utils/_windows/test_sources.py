# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import sources as s


@pytest.mark.parametrize(
    ("source", "kind", "disk"),
    [
        ("https://x.example/cuda.wsl", s.URL, False),
        ("HTTP://x.example/cuda.vhdx?sig=a.tar", s.URL, True),
        ("/srv/images/cuda.tar.gz", s.CONTROLLER, False),
        ("images/cuda.vhdx", s.CONTROLLER, True),
        ("C:\\images\\cuda.VHDX", s.HOST, True),
        ("d:/images/cuda.tar", s.HOST, False),
        ("\\\\files\\wsl\\cuda.wsl", s.SHARE, False),
        ("//files/wsl/cuda.vhd", s.SHARE, True),
    ],
)
def test_kind(source: str, kind: str, disk: bool) -> None:
    assert (s.kind(source), s.is_virtual_disk(source)) == (kind, disk)


@pytest.mark.parametrize(("text", "good"), [("0" * 64, True), ("A" * 64, True), ("0" * 63, False), ("g" * 64, False)])
def test_is_sha256(text: str, good: bool) -> None:
    assert s.is_sha256(text) is good


@pytest.mark.parametrize(
    ("source", "expected"),
    [("https://x/y", True), ("HTTP://x", True), ("/srv/x", False), ("file:///x", False), ("images/https.tar", False)],
)
def test_is_url(source: str, expected: bool) -> None:
    assert s.is_url(source) is expected
