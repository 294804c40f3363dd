# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import stat
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as c

from tests.unit.plugins.module_utils.scripted_run import system_at

# change_to

WANTED: list[tuple[str, str | None, int, str | bytes | None, bool]] = [
    # id, content on disk, its mode, wanted, whether that is a change
    ("new", None, 0, "a\n", True),
    ("the same", "a\n", 0o644, "a\n", False),
    ("the same as bytes", "a\n", 0o644, b"a\n", False),
    ("another text", "b\n", 0o644, "a\n", True),
    ("another mode", "a\n", 0o755, "a\n", True),
    ("to go", "a\n", 0o600, None, True),
    ("gone already", None, 0, None, False),
    ("empty", None, 0, "", True),
]


@pytest.mark.parametrize("content, mode, wanted, changed", [pytest.param(*row[1:], id=row[0]) for row in WANTED])
def test_change_to(content: str | None, mode: int, wanted: str | bytes | None, changed: bool, tmp_path: Path) -> None:
    file = tmp_path / "etc/file"
    file.parent.mkdir()
    if content is not None:
        file.write_text(content)
        file.chmod(mode)
    changes = c.change_to(system_at(tmp_path), "/etc/file", wanted)
    assert len(changes) == changed
    c.apply(system_at(tmp_path), changes)
    if wanted is None:
        assert not file.exists()
    else:
        assert file.read_bytes() == (wanted if isinstance(wanted, bytes) else wanted.encode())
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert c.change_to(system_at(tmp_path), "/etc/file", wanted) == [], "a second run changes nothing"


# apply


def test_a_new_file_in_a_new_folder(tmp_path: Path) -> None:
    c.apply(system_at(tmp_path), [c.FileChange("/a/b/c", None, b"x", mode=0o755)])
    assert (tmp_path / "a/b/c").read_bytes() == b"x"
    assert stat.S_IMODE((tmp_path / "a/b/c").stat().st_mode) == 0o755


@pytest.mark.parametrize("before, after", [(0o600, 0o600), (0o644, 0o644)])
def test_the_mode_of_a_rewritten_file_stays(before: int, after: int, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    (tmp_path / "f").chmod(before)
    c.apply(system_at(tmp_path), [c.FileChange("/f", b"old", b"new", "/f.bak")])
    assert (tmp_path / "f").read_text() == "new"
    assert (tmp_path / "f.bak").read_text() == "old"
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == after


def test_renamed_with_its_mode(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    (tmp_path / "f").chmod(0o600)
    c.apply(system_at(tmp_path), [c.FileChange("/f", b"old", None, "/f.bak")])
    assert not (tmp_path / "f").exists()
    assert (tmp_path / "f.bak").read_text() == "old"
    assert stat.S_IMODE((tmp_path / "f.bak").stat().st_mode) == 0o600


def test_a_backup_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "f.bak").write_text("an older one")
    (tmp_path / "f").write_text("old")
    c.apply(system_at(tmp_path), [c.FileChange("/f", b"old", b"new", "/f.bak")])
    assert (tmp_path / "f.bak").read_text() == "an older one"
    assert (tmp_path / "f.bak.2").read_text() == "old"


def test_removed_without_backup(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    c.apply(system_at(tmp_path), [c.FileChange("/f", b"old", None)])
    assert list(tmp_path.iterdir()) == []


def test_in_order_up_to_the_first_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    changes = [
        c.FileChange("/one", None, b"1"),
        c.FileChange("/file/below-a-file", None, b"2"),
        c.FileChange("/three", None, b"3"),
    ]
    with pytest.raises(OSError, match="below-a-file"):
        c.apply(system_at(tmp_path), changes)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "one"]


# diff


@pytest.mark.parametrize(
    "change, shown",
    [
        pytest.param(c.FileChange("/f", None, b"a\n"), ("/f", "/f", "", "a\n"), id="new"),
        pytest.param(c.FileChange("/f", b"a\n", b"b\n", "/f.bak"), ("/f", "/f", "a\n", "b\n"), id="rewritten"),
        pytest.param(c.FileChange("/f", b"a\n", None, "/f.bak"), ("/f", "/f.bak", "a\n", ""), id="renamed"),
        pytest.param(c.FileChange("/f", b"a\n", None), ("/f", "/f", "a\n", ""), id="removed"),
        pytest.param(c.FileChange("/f", b"\xff\0", b"x"), ("/f", "/f", "(2 bytes)\n", "x"), id="not text"),
        pytest.param(
            c.FileChange("/f", b"\xff", b"\xfe", shown_before="key A\nkey B\n", shown_after="key B\n"),
            ("/f", "/f", "key A\nkey B\n", "key B\n"),
            id="keys",
        ),
    ],
)
def test_diff(change: c.FileChange, shown: tuple[str, str, str, str]) -> None:
    names = ("before_header", "after_header", "before", "after")
    assert c.diff([change]) == [dict(zip(names, shown))]


@pytest.mark.parametrize(
    ("before", "after", "data"),
    [("J\udcf6rg", "J\u00f6rg", (b"J\xf6rg", b"J\xc3\xb6rg")), (None, "", (None, b"")), ("", None, (b"", None))],
)
def test_rewritten(before: str | None, after: str | None, data: tuple[bytes | None, bytes | None]) -> None:
    change = c.rewritten("/f", before, after, backup="/f.bak", mode=0o600)
    assert change == c.FileChange("/f", *data, backup="/f.bak", mode=0o600)


def test_what_is_no_file_is_shown_as_a_list() -> None:
    assert c.listed("packages", "a\n", "a\nb\n") == {
        "before_header": "packages",
        "after_header": "packages",
        "before": "a\n",
        "after": "a\nb\n",
    }
