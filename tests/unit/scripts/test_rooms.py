# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every import between the rooms, of the collection and of the lab, goes a planned way, and none goes in a circle."""

from __future__ import annotations

from pathlib import Path

import graphlib
import pytest

from scripts.docs import rooms

ROOT = Path(__file__).resolve().parents[3]


Arrows = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def found() -> Arrows:
    """The imports of the checkout."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(ROOT)
        return rooms.arrows()


def test_every_import_goes_a_way_that_is_allowed(found: Arrows) -> None:
    wrong = [
        text
        for room, goals in found.items()
        for goal, texts in goals.items()
        for text in texts
        if goal not in rooms.allowed(room)
    ]
    assert wrong == []


def test_every_room_and_every_way_is_used(found: Arrows) -> None:
    assert sorted(found) == sorted(rooms.ROOMS)
    shared = set(rooms.SHARED)
    ways = {room: rooms.allowed(room) - (shared if room.startswith(rooms.CONTROLLER) else set()) for room in found}
    assert {room: left for room, way in ways.items() if (left := sorted(way - set(found[room])))} == {}


def test_no_rooms_import_each_other_in_a_circle(found: Arrows) -> None:
    assert len(list(graphlib.TopologicalSorter(found).static_order())) == len(rooms.ROOMS)


@pytest.mark.parametrize(
    ("file", "text", "goal"),
    [
        (
            "module_utils/_system/system.py",
            "def late():\n    from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg\n",
            "module_utils/_apt",
        ),
        ("lab/machine/state.py", "if TYPE_CHECKING:\n    from lab.windows.cmd import run\n", "lab/windows"),
        ("lab/linux/enter.py", "import lab.wsl.client\n", "lab/wsl"),
        ("lab/wsl/client.py", "from lab import laptops\n", "lab/laptops"),
        (
            "lab/wsl/client.py",
            "from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import client\n",
            "plugin_utils/_wsl_exe",
        ),
    ],
    ids=("inside a function", "for types only", "import", "of a room", "of the collection"),
)
def test_a_way_that_is_not_planned_is_seen(
    file: str, text: str, goal: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    monkeypatch.setattr(rooms, "FOLDERS", {side: tmp_path / side for side in rooms.SIDES})
    room = rooms.room_of(Path(file).with_suffix("").parts)
    assert list(rooms.arrows()[room]) == [goal]
    assert goal not in rooms.allowed(room)


def test_a_file_of_the_lab_that_lies_loose_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "FOLDERS", dict.fromkeys(rooms.SIDES, tmp_path))
    for name in ("__init__", "__main__", "loose"):
        (tmp_path / f"{name}.py").touch()
    found = {room for room in rooms.arrows() if room.startswith("lab/")}
    assert found == {"lab/loose"} and not found & set(rooms.ROOMS)


def test_the_list_tells_every_room(found: Arrows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "arrows", lambda: found)
    listed = rooms.listing()
    assert all(f"``{room.partition('/')[2]}``" in listed for room in rooms.ROOMS)
