# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files as f


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\n")
    assert f.read_bytes(f"{tmp_path}/a") == b"x\n"
    assert f.read_text(f"{tmp_path}/a") == "x\n"


@pytest.mark.parametrize("path", ["missing", "a/below-a-file", "dangling"])
def test_nothing_to_read(path: str, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    assert f.read_bytes(f"{tmp_path}/{path}") is None
    assert f.read_text(f"{tmp_path}/{path}") is None


def test_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(f.UnreadableFile, match="is a folder, not a file"):
        f.read_bytes(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "found"),
    [('{"a": {"b": null}}', {"a": {"b": None}}), ("", {}), ("[1]", {}), ('{"half', {}), (None, {})],
)
def test_read_json(text: str | None, found: dict[str, t.Any], tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "a").write_text(text)
    assert f.read_json(f"{tmp_path}/a") == found


@pytest.mark.parametrize("content", [b"", b"x", "ä\n", b"J\xf6rg"])
def test_write(content: str | bytes, tmp_path: Path) -> None:
    path = f"{tmp_path}/new/folder/file"
    f.write_file(path, content)
    assert Path(path).read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert names(tmp_path / "new/folder") == ["file"]


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_mode_whatever_the_umask(mode: int, tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        f.write_file(f"{tmp_path}/file", "x", mode)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == mode


def test_scratch_goes_even_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="half way"), f.scratch(str(tmp_path)) as folder:
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
        f.write_file(f"{folder}/a/b", "x")
        raise ValueError("half way")
    assert names(tmp_path) == []


def test_not_utf8_survives_the_round_trip(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"J\xf6rg\n")
    text = f.read_text(f"{tmp_path}/a")
    assert text is not None
    f.write_file(f"{tmp_path}/a", "# " + text)
    assert (tmp_path / "a").read_bytes() == b"# J\xf6rg\n"


def test_a_reader_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with (tmp_path / "file").open() as reader:
        f.write_file(f"{tmp_path}/file", "new")
        assert reader.read() == "old"
    assert (tmp_path / "file").read_text() == "new"


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        # apt would read a file with an extension of its own, or with a name without a leading dot.
        (name,) = names(tmp_path)
        assert name.startswith(".")
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        f.write_file(f"{tmp_path}/file", "x")
    assert names(tmp_path) == []


def test_remove(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    f.remove_file(f"{tmp_path}/a")
    f.remove_file(f"{tmp_path}/a")
    assert names(tmp_path) == []


def test_a_file_gets_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owned: list[tuple[int, int]] = []
    monkeypatch.setattr(f.os, "fchown", lambda _handle, user, group: owned.append((user, group)))
    f.write_file(str(tmp_path / "file"), "x")
    assert owned == []
    f.write_file(str(tmp_path / "a/b/file"), "x", owner=(1000, 1001))
    assert owned == [(1000, 1001)] and (tmp_path / "a/b/file").read_text() == "x"


def test_more_than_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert f.read_bytes(f"{tmp_path}/a", 10) == b"x" * 10
    with pytest.raises(f.UnreadableFile, match="has 10 bytes; no more than 9"):
        f.read_bytes(f"{tmp_path}/a", 9)
    with pytest.raises(f.UnreadableFile, match="has more than 100 bytes"):
        f.read_bytes("/proc/self/status", 100)
