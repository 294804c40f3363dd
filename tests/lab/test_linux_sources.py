# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's mirror out of ``apt-get indextargets``."""

from __future__ import annotations

import pytest

from lab.linux.sources import FALLBACK_ARCHIVE, FALLBACK_SECURITY, Mirror, parse_index_targets

CASES = [
    ("", Mirror()),
    ("http://m.example/debian/|bookworm\nhttp://m.example/debian-security/|bookworm-security\n",
     Mirror("http://m.example/debian", "http://m.example/debian-security")),
    ("https://other.example/node_20.x/|nodistro\nhttp://m.example/debian|trixie\n",
     Mirror("http://m.example/debian", FALLBACK_SECURITY)),
    ("http://archive.example/ubuntu/|noble\n", Mirror(FALLBACK_ARCHIVE, FALLBACK_SECURITY)),
    ("file:/srv/debian|bookworm\n", Mirror()),
    ("http://a.example/debian|bookworm\nhttp://b.example/debian|bookworm-updates\n",
     Mirror("http://a.example/debian", FALLBACK_SECURITY)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mirror"), CASES)
def test_mirror(text: str, mirror: Mirror) -> None:
    assert parse_index_targets(text) == mirror


def test_lines_of_sources_list() -> None:
    assert Mirror("http://a/debian", "http://a/sec").lines("bookworm") == [
        "deb http://a/debian bookworm main contrib non-free non-free-firmware",
        "deb http://a/debian bookworm-updates main contrib non-free non-free-firmware",
        "deb http://a/sec bookworm-security main contrib non-free non-free-firmware",
    ]
