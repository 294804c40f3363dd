# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of a laptop's faults is changed by other processes while the lab reads it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from lab.machine.faults import Faults


def test_a_file_that_goes_away_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Faults(tmp_path / "faults.json")
    faults.switch_on("connection_refused")
    read = Path.read_text

    def read_too_late(path: Path, *arguments: t.Any, **named: t.Any) -> str:
        path.unlink(missing_ok=True)
        return read(path, *arguments, **named)

    monkeypatch.setattr(Path, "read_text", read_too_late)
    assert faults.strike("connection_refused") is None
    assert faults.peek("connection_refused") is None
