# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of what is left, on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.store import StoreError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.writer import LeftWriter


def test_what_was_left_by_the_last_run_is_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "x" / "rollout"
    first = LeftWriter(str(folder))
    first.write({"a": "failed", "b": "not begun"}, ["a", "b"])
    second = LeftWriter(str(folder))
    second.write({"a": "ok"}, ["a", "b"])
    assert Path(second.path).read_text(encoding="utf-8") == "b\n"
    second.write({"a": "failed"}, ["a", "b"])  # Later in the same run.
    assert Path(second.path).read_text(encoding="utf-8") == "a\nb\n"


def test_only_what_has_changed_is_written(tmp_path: Path) -> None:
    writer = LeftWriter(str(tmp_path))
    writer.write({"a": "not begun"}, ["a"])
    (tmp_path / "left.limit").unlink()
    writer.write({"a": "not begun"}, ["a"])
    assert not (tmp_path / "left.limit").exists()


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="name another folder in wslfleet_rollout_folder"):
        LeftWriter(str(tmp_path / "file" / "x"))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "left.limit").mkdir()
    with pytest.raises(StoreError, match=r"left\.limit cannot be read: is a directory"):
        LeftWriter(str(tmp_path))
