# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils import _catalogue, _changes, _dpkg, _settle

V = _catalogue.parse_version
PARTS = {"cuda-nvcc-12-8": "12.8.61-1"}


def database(*lines: str) -> _dpkg.Database:
    stanzas = []
    for line in lines:
        code, name, version = line.split()
        want = "hold" if code[0] == "h" else "install"
        stanzas.append(f"Package: {name}\nStatus: {want} ok installed\nVersion: {version}\n")
    return _dpkg.Database(tuple(_dpkg.parse_status("\n".join(stanzas))), False)


FREE = database("ii cuda-nvcc-12-8 12.8.61-1", "ii cuda-nvcc-12-4 12.4.1-1")
HELD = database("hi cuda-nvcc-12-8 12.8.61-1", "hi cuda-nvcc-12-4 12.4.1-1")


def settled(
    root: Path, version: str, there: _dpkg.Database, hold: bool | None = None, default: bool = False
) -> _settle.Settling:
    parts = PARTS if version.count(".") == 2 else {}
    found = _settle.settle(V(version), there, hold, default, parts, str(root))
    _changes.apply(found.files, str(root))
    return found


@pytest.mark.parametrize(
    ("version", "there", "hold", "held", "released"),
    [
        ("12.8", FREE, None, (), ()),
        ("12.8", HELD, None, (), ()),
        ("12.8", FREE, True, ("cuda-nvcc-12-8",), ()),
        ("12.8", HELD, True, (), ()),
        ("12.8", HELD, False, (), ("cuda-nvcc-12-8",)),
        ("12.8.0", FREE, None, ("cuda-nvcc-12-8",), ()),
        ("12.8.0", HELD, None, (), ()),
        ("12.8.0", FREE, False, (), ()),
    ],
)
def test_hold(
    tmp_path: Path,
    version: str,
    there: _dpkg.Database,
    hold: bool | None,
    held: tuple[str, ...],
    released: tuple[str, ...],
) -> None:
    found = settled(tmp_path, version, there, hold)
    assert (found.hold, found.unhold) == (held, released)
    assert [command[:2] for command in found.commands()] == [["apt-mark", "hold"]] * bool(held) + [
        ["apt-mark", "unhold"]
    ] * bool(released)


def test_a_release_is_noted_and_let_go_with_its_hold(tmp_path: Path) -> None:
    assert settled(tmp_path, "12.8.0", FREE).hold
    note = _settle.read_release("12.8", str(tmp_path))
    assert (note.version, note.parts, note.held) == ("12.8.0", PARTS, True)
    assert _settle.is_complete(note, HELD) and not _settle.is_complete(note, database("ii cuda-nvcc-12-8 12.8.93-1"))
    assert settled(tmp_path, "12.8.0", HELD).empty
    # Without the patch number the packages are free again, since it was us who held them.
    assert settled(tmp_path, "12.8", HELD).unhold == ("cuda-nvcc-12-8",)
    assert _settle.read_release("12.8", str(tmp_path)) == _settle.Release()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"parts": 3}'])
def test_a_damaged_note_counts_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / _settle.path_of("12.8").lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert not _settle.is_complete(_settle.read_release("12.8", str(tmp_path)), FREE)


def test_default(tmp_path: Path) -> None:
    links = tmp_path / "etc/alternatives"
    links.mkdir(parents=True)
    assert settled(tmp_path, "12.4", FREE, default=True).alternatives == (), "it is not installed"
    (tmp_path / "usr/local/cuda-12.4").mkdir(parents=True)
    (links / "cuda").symlink_to("/usr/local/cuda-12.8")
    (links / "cuda-12").symlink_to("/usr/local/cuda-12.4")
    assert settled(tmp_path, "12.4", FREE).alternatives == ()
    found = settled(tmp_path, "12.4", FREE, default=True)
    assert found.commands() == [["update-alternatives", "--set", "cuda", "/usr/local/cuda-12.4"]]


def test_path_goes_with_the_last_compiler(tmp_path: Path) -> None:
    settled(tmp_path, "12.8.0", FREE)
    left = _settle.settle_absent("12.8", database("ii cuda-nvcc-12-4 12.4.1-1"), str(tmp_path))
    assert [change.path for change in left.files] == [_settle.path_of("12.8")]
    none = _settle.settle_absent("12.8", database(), str(tmp_path))
    assert "/etc/profile.d/wslfleet-cuda.sh" in [change.path for change in none.files]
