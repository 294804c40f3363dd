# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of documents: read with distrust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import reading, store

from tests.unit import a_fleet


def test_documents_alone_are_read_too(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 3)
    assert len(reading.read(str(tmp_path / "documents")).documents) == 3


def test_a_folder_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(store.StoreError, match="cannot be read: no such file or directory; name a folder"):
        reading.read(str(tmp_path / "none"))


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
    found = reading.read(str(tmp_path))
    assert (len(found.documents), len(found.problems)) == (2, 1)
    assert reason in found.problems[0] and found.problems[0].startswith("bad\\x1b[31m.json left out: ")


def test_a_folder_named_as_a_document_is_told(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1)
    (tmp_path / "documents" / "x.json").mkdir()
    assert reading.read(str(tmp_path)).problems == ["x.json left out: cannot be read: is a directory"]


def test_documents_are_cleaned_when_read(tmp_path: Path) -> None:
    one = {**a_fleet.documents(1)[0], "reason": "\x1b[31mred https://u:p@x/", "laptop": "a\u202eb"}
    (tmp_path / "x.json").write_text(json.dumps(one))
    (found,) = reading.read(str(tmp_path)).documents
    assert (found["reason"], found["laptop"]) == ("\\x1b[31mred https://x/", "a\\u202eb")


def test_damaged_lines_of_history_are_counted_and_left_out(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 3)
    path = tmp_path / "history.jsonl"
    lines = path.read_text().splitlines()
    newer = lines[0].replace('"schema":1', '"schema":2')
    path.write_text("\n".join([lines[0], "{cut", "", newer, *lines[1:], lines[2][:50]]))
    found = reading.read(str(tmp_path))
    assert len(found.history) == 3
    assert found.problems == ["history.jsonl: 3 lines are damaged or of a newer schema, and left out (2, 4, 7)"]


def test_of_a_long_history_the_end_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_fleet.run(tmp_path, 20)
    monkeypatch.setattr(reading, "LARGEST_HISTORY", 2000)
    found = reading.read(str(tmp_path))
    assert (0 < len(found.history) < 20, found.problems) == (True, [])


def test_a_history_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    a_fleet.run(tmp_path, 1, write=True)
    (tmp_path / "history.jsonl").unlink()
    (tmp_path / "history.jsonl").mkdir()
    assert reading.read(str(tmp_path)).problems == ["history.jsonl cannot be read: is a directory"]


def test_who_needs_no_history_does_not_read_it(tmp_path: Path) -> None:
    store.prepare(str(tmp_path))
    (tmp_path / store.HISTORY).write_text("cut\n")
    assert reading.read(str(tmp_path), with_history=False).problems == []
    assert reading.read(str(tmp_path)).problems != []
