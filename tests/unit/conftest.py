# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all unit tests have in common."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import cmd_line

MARK = "wslfleet"


@pytest.fixture(autouse=True)
def known_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches carry a mark that tests can write down; in tests/attacks it is drawn as in a run."""
    assert len(MARK) == len(cmd_line.new_mark())
    monkeypatch.setattr(cmd_line, "new_mark", lambda: MARK)
