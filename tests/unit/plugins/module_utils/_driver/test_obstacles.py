# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import obstacles

from tests.unit.plugins.module_utils.scripted_run import system_at


def test_what_keeps_everything_from_being_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    assert obstacles.obstacles(system_at(tmp_path)) == []
    monkeypatch.setattr(obstacles.os, "access", lambda path, _mode: not path.endswith("/dpkg"))
    monkeypatch.setattr(obstacles.space, "free_bytes", lambda _system, _path: 1024 * 1024)
    fixed, full = obstacles.obstacles(system_at(tmp_path))
    assert fixed.startswith("/var/lib/dpkg cannot be written: the file system is read-only")
    assert full == "/var has 1 MiB left, 32 MiB are needed: make room first"
