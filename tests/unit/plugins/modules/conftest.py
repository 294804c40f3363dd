# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

if t.TYPE_CHECKING:
    from tests.unit.plugins.modules.box import Box


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Box:
    # Imported late: pytest loads this file before tests/conftest.py has set the path.
    from tests.unit.plugins.modules.box import Box

    return Box(tmp_path / "root", monkeypatch, capsys)
