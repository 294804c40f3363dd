# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of documents: written whole or not at all, read with distrust."""

from __future__ import annotations

import errno
import json
import os
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import history, store

from tests.unit import a_fleet


def full(*_arguments: t.Any) -> t.NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 30)
    found = store.read(str(tmp_path))
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
            found = store.read(str(tmp_path)).documents
            assert [one["state"] for one in found] == ["unreachable", "conforming"]


def test_documents_alone_are_read_too(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 3)
    assert len(store.read(str(tmp_path / "documents")).documents) == 3


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


def test_a_folder_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(store.StoreError, match="cannot be read: no such file or directory; name a folder"):
        store.read(str(tmp_path / "none"))


GOOD = json.dumps(a_fleet.documents(1)[0]).encode()
BAD: dict[str, tuple[bytes, str]] = {
    "cut": (GOOD[: len(GOOD) // 2], "not JSON, or cut in the middle"),
    "empty": (b"", "not JSON, or cut in the middle"),
    "bytes": (b"\xff\xfe\x00", "not JSON, or cut in the middle"),
    "no number": (b'{"schema": NaN}', "not JSON, or cut in the middle"),
    "deep": (b"[" * 200_000, "not JSON, or cut in the middle"),
    "list": (b"[]", "not a JSON object"),
    "newer": (GOOD.replace(b'"schema": 1', b'"schema": 7'), "schema 7 is newer than 1: update wslfleet.cuda on this"),
    "of others": (b'{"a": 1}', "it names no schema that is known"),
    "true": (b'{"schema": true}', "it names no schema that is known"),
    "another shape": (GOOD.replace(b'"groups": [', b'"groups": [7, '), "groups[0] has the wrong type"),
    "large": (b" " * (store.LARGEST_DOCUMENT + 1), "larger than 4 MiB"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_told_and_left_out(tmp_path: Path, case: str) -> None:
    a_fleet.run(tmp_path, 2)
    data, reason = BAD[case]
    (tmp_path / "documents" / "bad\x1b[31m.json").write_bytes(data)
    found = store.read(str(tmp_path))
    assert (len(found.documents), len(found.problems)) == (2, 1)
    assert reason in found.problems[0] and found.problems[0].startswith("bad\\x1b[31m.json left out: ")


def test_a_folder_named_as_a_document_is_told(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1)
    (tmp_path / "documents" / "x.json").mkdir()
    assert store.read(str(tmp_path)).problems == ["x.json left out: cannot be read: is a directory"]


def test_documents_are_cleaned_when_read(tmp_path: Path) -> None:
    one = {**a_fleet.documents(1)[0], "reason": "\x1b[31mred https://u:p@x/", "laptop": "a\u202eb"}
    (tmp_path / "x.json").write_text(json.dumps(one))
    (found,) = store.read(str(tmp_path)).documents
    assert (found["reason"], found["laptop"]) == ("\\x1b[31mred https://x/", "a\\u202eb")


def test_damaged_lines_of_history_are_counted_and_left_out(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 3)
    path = tmp_path / "history.jsonl"
    lines = path.read_text().splitlines()
    newer = lines[0].replace('"schema":1', '"schema":2')
    path.write_text("\n".join([lines[0], "{cut", "", newer, *lines[1:], lines[2][:50]]))
    found = store.read(str(tmp_path))
    assert len(found.history) == 3
    assert found.problems == ["history.jsonl: 3 lines are damaged or of a newer schema, and left out (2, 4, 7)"]


def test_a_line_that_was_cut_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1)
    with (tmp_path / "history.jsonl").open("a") as stream:
        stream.write('{"schema":1,"laptop":"cut')
    store.append_history(str(tmp_path), [history.line(a_fleet.documents(1)[0])])
    assert len(store.read(str(tmp_path)).history) == 2


def test_of_a_long_history_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_fleet.run(tmp_path, 20)
    monkeypatch.setattr(store, "LARGEST_HISTORY", 2000)
    found = store.read(str(tmp_path))
    assert (0 < len(found.history) < 20, found.problems) == (True, [])


def test_a_history_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1, write=True)
    (tmp_path / "history.jsonl").unlink()
    (tmp_path / "history.jsonl").mkdir()
    assert store.read(str(tmp_path)).problems == ["history.jsonl cannot be read: is a directory"]


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
    store.prepare(str(tmp_path))
    if without:
        store.key_of(str(tmp_path))
    store.check_names(str(tmp_path), not without)
    with pytest.raises(store.StoreError, match=f"set wslfleet_report_names to {str(not without).lower()}"):
        store.check_names(str(tmp_path), without)


def test_who_needs_no_history_does_not_read_it(tmp_path: Path) -> None:
    store.prepare(str(tmp_path))
    (tmp_path / store.HISTORY).write_text("cut\n")
    assert store.read(str(tmp_path), with_history=False).problems == []
    assert store.read(str(tmp_path)).problems != []
