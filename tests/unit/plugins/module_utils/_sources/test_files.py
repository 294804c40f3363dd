# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import files as s
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes

from tests.unit.plugins.module_utils.scripted_run import system_at

FILES = ("b.sources", "z.list", "a.list", ".wslfleet-half.list", "a.list.save", "a.list.wslfleet-1.bak", "notes")


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    folder = tmp_path / s.FOLDER[1:]
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text(f"the text of {name}\n")
    (folder / "folder.list").mkdir()
    (tmp_path / s.MAIN[1:]).write_bytes(b"# J\xf6rg\n")
    return tmp_path


def test_what_apt_reads(root: Path) -> None:
    texts = s.read(system_at(root))
    assert list(texts) == [s.MAIN, f"{s.FOLDER}/a.list", f"{s.FOLDER}/z.list", f"{s.FOLDER}/b.sources"]
    assert texts[s.MAIN] == "# J\udcf6rg\n"
    assert texts[f"{s.FOLDER}/a.list"] == "the text of a.list\n"


def test_no_sources_at_all(tmp_path: Path) -> None:
    assert s.read(system_at(tmp_path)) == {}
    assert s.naming(system_at(tmp_path), "", ()) == []


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("Jörg", []),
        ("# J", [s.MAIN]),
        ("b.sources", [f"{s.FOLDER}/b.sources"]),
        ("notes", [f"{s.FOLDER}/notes"]),
        ("a.list", [f"{s.FOLDER}/a.list.save", f"{s.FOLDER}/a.list.wslfleet-1.bak"]),
    ],
)
def test_files_that_hold_a_word(word: str, found: list[str], root: Path) -> None:
    assert s.naming(system_at(root), word, [f"{s.FOLDER}/a.list"]) == found


@pytest.mark.parametrize(("after", "written"), [("# J\udcf6rg\ndeb x\n", b"# J\xf6rg\ndeb x\n"), (None, None)])
def test_an_edit_is_a_change_with_a_backup(after: str | None, written: bytes | None, root: Path) -> None:
    (change,) = s.changed(s.read(system_at(root)), {s.MAIN: after}, "20260131T120000")
    backup = f"{s.MAIN}.wslfleet-20260131T120000.bak"
    assert change == changes.FileChange(s.MAIN, b"# J\xf6rg\n", written, backup)
