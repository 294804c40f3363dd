# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of documents: written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import history, reading, store

from tests.unit import a_fleet


def full(*_arguments: t.Any) -> t.NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 30)
    found = reading.read(str(tmp_path))
    assert (len(found.documents), len(found.history), found.problems) == (30, 30, [])
    assert sorted(found.documents, key=lambda one: one["laptop"]) == a_fleet.documents(30)


def test_who_is_off_keeps_the_last_document_that_told_all(tmp_path: Path) -> None:
    whole = next(one for one in a_fleet.documents(60) if one["state"] == "conforming")
    off = {**whole, "windows": None, "toolkits": None, "findings": [], "state": "unreachable", "status": "off"}
    name = whole["laptop"]
    for _night in range(3):
        store.write_document(str(tmp_path), whole)
        assert [path.name for path in (tmp_path / "documents").iterdir()] == [f"{name}.audit.json"]
        for _again in range(2):
            store.write_document(str(tmp_path), off)
            found = reading.read(str(tmp_path)).documents
            assert [one["state"] for one in found] == ["unreachable", "conforming"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fleet.html"
    store.write(str(path), "old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(store.StoreError) as error:
        store.write(str(path), "new")
    assert str(error.value) == (
        f"{path} cannot be written: no space left on device; free space or name another folder in wslfleet_report"
    )
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


@pytest.mark.parametrize("action", ["write", "prepare", "append", "key"])
def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, action: str) -> None:
    file = tmp_path / "file"
    file.write_text("")
    folder = str(file / "report")
    calls: dict[str, t.Callable[[], t.Any]] = {
        "write": lambda: store.write(f"{folder}/fleet.html", ""),
        "prepare": lambda: store.prepare(folder),
        "append": lambda: store.append_history(folder, []),
        "key": lambda: store.key_of(folder),
    }
    with pytest.raises(store.StoreError, match="cannot be written: not a directory; free space or name") as error:
        calls[action]()
    assert "\n" not in str(error.value)


def test_a_line_that_was_cut_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1)
    with (tmp_path / "history.jsonl").open("a") as stream:
        stream.write('{"schema":1,"laptop":"cut')
    store.append_history(str(tmp_path), [history.line(a_fleet.documents(1)[0])])
    assert len(reading.read(str(tmp_path)).history) == 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [("laptop-7", "laptop-7"), ("../../etc/x", "______etc_x-"), ("Laptop-7", "Laptop-7-"), ("ü" * 300, "_" * 80 + "-")],
)
def test_names_of_files_are_never_paths(name: str, expected: str) -> None:
    assert store.file_name(name).startswith(expected)
    assert "/" not in store.file_name(name) and len(store.file_name(name)) < 100


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = store.key_of(str(tmp_path))
    assert (len(key), store.key_of(str(tmp_path))) == (64, key)
    assert stat.S_IMODE((tmp_path / "names.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("without", [True, False])
def test_names_are_in_all_documents_of_a_folder_or_in_none(tmp_path: Path, without: bool) -> None:
    store.check_names(str(tmp_path), without)
    store.prepare(str(tmp_path / store.DOCUMENTS))
    if without:
        store.key_of(str(tmp_path))
    store.check_names(str(tmp_path), not without)
    with pytest.raises(store.StoreError, match=f"set wslfleet_report_names to {str(not without).lower()}"):
        store.check_names(str(tmp_path), without)
