# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.place_of_work import place_of_work

OWN = {"ready": True, "distribution": {"name": "U", "running": False}}
BUILD = {"ready": True, "distribution": {"name": "build", "running": False}}
PEOPLE = [{"sid": "S-1", "present": True}, {"sid": "S-2", "present": False}]
HANDED = {"ready": False, "distribution": {}, "hand_over": {"hand_over": PEOPLE}}
NOTHING = {"work": False, "name": "", "windows_users": [], "hand_over": False, "stop": False}


@pytest.mark.parametrize(
    ("host", "users", "update", "place"),
    [
        ({}, [], True, {**NOTHING, "work": True}),
        ({}, ["anna"], True, {**NOTHING, "work": True, "windows_users": ["anna"]}),
        (OWN, [], True, {**NOTHING, "work": True, "name": "U", "stop": True}),
        ({**OWN, "distribution": {"name": "U", "running": True}}, [], True, {**NOTHING, "work": True, "name": "U"}),
        ({"ready": False, "status": "awaiting restart", "distribution": {}}, [], True, NOTHING),
        (BUILD, ["anna"], True, {**NOTHING, "work": True, "name": "build", "hand_over": True}),
        (HANDED, ["anna", "ben"], True, {**NOTHING, "work": True, "windows_users": ["S-1"]}),
        (HANDED, ["anna", "ben"], False, NOTHING),
        ({**HANDED, "hand_over": {}}, ["anna"], True, NOTHING),
    ],
)
def test_where_the_work_is_done(
    host: dict[str, t.Any], users: list[str], update: bool, place: dict[str, t.Any]
) -> None:
    assert place_of_work(host, users, update) == place


@pytest.mark.parametrize(
    ("asked", "users", "name"),
    [
        pytest.param("U", [], "U", id="the same"),
        pytest.param("u", [], "U", id="the same to Windows"),
        pytest.param("", [], "U", id="nothing is asked"),
        pytest.param("Debian", [], "", id="another, of a later play"),
        pytest.param("Debian", ["anna"], "U", id="built under another name, then handed over"),
    ],
)
def test_a_fact_of_another_distribution_counts_no_more(asked: str, users: list[str], name: str) -> None:
    host = {"ready": True, "distribution": {"name": "U", "running": False}}
    assert place_of_work(host, users, True, asked)["name"] == name
