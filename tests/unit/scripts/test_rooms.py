# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every import between the rooms of the collection goes a way that is planned, and none goes in a circle."""

from __future__ import annotations

from pathlib import Path

import graphlib
import pytest

from scripts.docs import rooms

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_every_import_goes_a_way_that_is_allowed() -> None:
    found = rooms.arrows()
    wrong = [
        text
        for room, goals in found.items()
        for goal, texts in goals.items()
        for text in texts
        if goal not in rooms.allowed(room)
    ]
    assert wrong == []


def test_every_room_and_every_way_is_used() -> None:
    found = rooms.arrows()
    assert sorted(found) == sorted(rooms.ROOMS)
    shared = set(rooms.SHARED)
    ways = {room: rooms.allowed(room) - (shared if room.startswith(rooms.CONTROLLER) else set()) for room in found}
    assert {room: left for room, way in ways.items() if (left := sorted(way - set(found[room])))} == {}


def test_no_rooms_import_each_other_in_a_circle() -> None:
    assert len(list(graphlib.TopologicalSorter(rooms.arrows()).static_order())) == len(rooms.ROOMS)


def test_a_way_that_is_not_planned_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "module_utils" / "_system"
    folder.mkdir(parents=True)
    (folder / "run.py").write_text(
        "def late():\n    from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg\n"
    )
    monkeypatch.setattr(rooms, "PLUGINS", tmp_path)
    (goal,) = rooms.arrows()["module_utils/_system"]
    assert goal == "module_utils/_apt" and goal not in rooms.allowed("module_utils/_system")


def test_the_list_tells_every_room() -> None:
    listed = rooms.listing()
    assert all(f"``{room.partition('/')[2]}``" in listed for room in rooms.ROOMS)
