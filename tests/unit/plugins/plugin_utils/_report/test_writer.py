# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents while a run goes on, history and report at its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import reading, store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.writer import Writer

from tests.unit import a_fleet

NOW = a_fleet.time_of(0)


def test_a_run_that_is_killed_leaves_the_documents_of_laptops_that_were_done(tmp_path: Path) -> None:
    keeper = a_fleet.kept(20)
    Writer(str(tmp_path), True).documents(keeper, ["laptop-0001", "laptop-0002"], NOW)
    found = reading.read(str(tmp_path))
    assert ({one["laptop"] for one in found.documents}, found.history) == ({"laptop-0001", "laptop-0002"}, [])


def test_the_end_writes_all_documents_and_one_line_each(tmp_path: Path) -> None:
    keeper = a_fleet.kept(20)
    writer = Writer(str(tmp_path), True)
    writer.documents(keeper, keeper.laptops, NOW)
    writer.documents(keeper, keeper.laptops, NOW, finished=True)
    found = reading.read(str(tmp_path))
    assert (len(found.documents), len(found.history)) == (20, 20)
    assert all(one["run"]["finished"] for one in found.documents)
    assert len(writer.report(NOW, "0.2.0").laptops) == 20


def test_names_are_left_out_of_every_file(tmp_path: Path) -> None:
    keeper = a_fleet.kept(20)
    for _run in range(2):
        writer = Writer(str(tmp_path), False)
        writer.documents(keeper, keeper.laptops, NOW, finished=True)
        writer.report(NOW, "0.2.0")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 29
    for path in files:
        text = path.name + path.read_text(encoding="utf-8")
        assert not [name for name in ("laptop-0001", "ws-0001", "user1", "fleet-admin") if name in text.lower()], path
    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert len({line["laptop"] for line in lines}) == 20  # The same pseudonym in both runs.


def test_a_folder_with_names_takes_none_without(tmp_path: Path) -> None:
    Writer(str(tmp_path), True)
    with pytest.raises(store.StoreError, match="has documents with names"):
        Writer(str(tmp_path), False)
