# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import pieces


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", [(b"", True)]),
        (b"ab", [(b"ab", True)]),
        (b"abc", [(b"abc", True)]),
        (b"abcdefg", [(b"abc", False), (b"def", False), (b"g", True)]),
        (b"abcdef", [(b"abc", False), (b"def", True)]),
    ],
)
def test_only_the_last_piece_is_called_so(content: bytes, wanted: list[tuple[bytes, bool]]) -> None:
    assert list(pieces(io.BytesIO(content), 3)) == wanted
