# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import finish, plan

from tests.unit.plugins.module_utils.scripted_run import system_at

V = catalogue.parse_version
PARTS = {"cuda-nvcc-12-8": "12.8.61-1"}


def database(*lines: str) -> dpkg.Database:
    stanzas = []
    for line in lines:
        code, name, version = line.split()
        want = "hold" if code[0] == "h" else "install"
        stanzas.append(f"Package: {name}\nStatus: {want} ok installed\nVersion: {version}\n")
    return dpkg.Database(tuple(dpkg.parse_status("\n".join(stanzas))), False)


FREE = database("ii cuda-nvcc-12-8 12.8.61-1", "ii cuda-nvcc-12-4 12.4.1-1")
HELD = database("hi cuda-nvcc-12-8 12.8.61-1", "hi cuda-nvcc-12-4 12.4.1-1")


def wanted(version: str, **options: t.Any) -> plan.Goal:
    return plan.desired(V(version), plan.Options(version, ("nvcc",), **options))


def settled(
    root: Path, version: str, there: dpkg.Database, hold: bool | None = None, default: bool = False
) -> finish.Settling:
    parts = PARTS if version.count(".") == 2 else {}
    found = finish.settle(system_at(root), wanted(version, hold=hold, default=default), there, parts)
    changes.apply(system_at(root), found.files)
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
    there: dpkg.Database,
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
    note = finish.read_release(system_at(tmp_path), "12.8")
    assert (note.version, note.parts, note.held) == ("12.8.0", PARTS, True)
    assert finish.is_complete(note, HELD) and not finish.is_complete(note, database("ii cuda-nvcc-12-8 12.8.93-1"))
    assert settled(tmp_path, "12.8.0", HELD).empty
    # Without the patch number the packages are free again, since it was us who held them.
    assert settled(tmp_path, "12.8", HELD).unhold == ("cuda-nvcc-12-8",)
    assert finish.read_release(system_at(tmp_path), "12.8") == finish.Release()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"parts": 3}'])
def test_a_damaged_note_counts_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / finish.path_of("12.8").lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert not finish.is_complete(finish.read_release(system_at(tmp_path), "12.8"), FREE)


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
    gone = wanted("12.8", state="absent")
    left = finish.settle(system_at(tmp_path), gone, database("ii cuda-nvcc-12-4 12.4.1-1"), {})
    assert [change.path for change in left.files] == [finish.path_of("12.8")]
    none = finish.settle(system_at(tmp_path), gone, database(), {})
    assert "/etc/profile.d/wslfleet-cuda.sh" in [change.path for change in none.files]
