# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every state that a developer's side can be in, and what the plan makes of it. On a laptop: test_developers_states."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import DistributionState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import developer as d
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over_plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks as u
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.hand_over_line import developer_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import schtasks as s

DEBIAN = Distribution("Debian", "{guid}", 2, True, 0, "C:\\x", "installed")
PLACE = "C:\\Users\\anna\\AppData\\Local\\wsl\\Debian"
HOST = DistributionState((2, 6, 3, 0), None, False, "C:\\Users\\admin")
GOAL = DistributionGoal("Debian", source="/srv/x.wsl", windows_user=["anna"])

THERE = d.Developer("S-1-5-21-1", "anna", "C:\\Users\\anna", loaded=True, logged_on=True, place=PLACE)
"""Logged on; in a session that is disconnected it is the same, since Windows keeps it."""
AWAY = replace(THERE, loaded=False, logged_on=False)
LOADED = replace(THERE, logged_on=False)
"""A service or a task of that user keeps the registry loaded."""


def has(base: d.Developer, **values: t.Any) -> d.Developer:
    return replace(base, found=replace(DEBIAN, **values))


def answered(base: d.Developer, **values: t.Any) -> d.Developer:
    return replace(base, answer=d.Answer(**values))


STATES: list[tuple[str, d.Developer, str]] = [
    ("no profile", replace(AWAY, profile=""), u.NO_PROFILE),
    ("there, nothing", THERE, d.MISSING),
    ("loaded without a session, nothing", LOADED, d.MISSING),
    ("there, registered", has(THERE), d.PRESENT),
    ("there, registered in other case", has(THERE, name="DEBIAN"), d.PRESENT),
    ("there, WSL 1", has(THERE, version=1), d.WSL_1),
    ("there, installing, nobody knows whose", has(THERE, state="installing"), d.UNFINISHED),
    ("there, installing, our mark", replace(has(THERE, state="installing"), begun=True), d.MISSING),
    ("there, uninstalling", has(THERE, state="uninstalling"), d.UNFINISHED),
    ("there, uninstalling, our mark", replace(has(THERE, state="uninstalling"), begun=True), d.UNFINISHED),
    ("there, converting", has(THERE, state="converting"), d.UNFINISHED),
    ("there, exporting", has(THERE, state="exporting"), d.UNFINISHED),
    ("there, a state that nobody knows", has(THERE, state="unknown (0)"), d.UNFINISHED),
    ("there, without a folder", has(THERE, base_path=""), d.DAMAGED),
    ("there, something without a name", replace(THERE, damaged=True), d.DAMAGED),
    ("there, registered, another one damaged", replace(has(THERE), damaged=True), d.PRESENT),
    ("there, its disk is gone", has(THERE, base_path=PLACE), d.DISK_MISSING),
    ("there, its disk in our place", replace(has(THERE, base_path=PLACE.upper()), disk=True), d.PRESENT),
    ("there, a disk without a registration", replace(THERE, disk=True), d.DISK_LEFT),
    ("there, the mark alone", replace(THERE, begun=True), d.MISSING),
    ("away, not asked", AWAY, d.UNKNOWN),
    ("away, disk in our place", replace(AWAY, disk=True), d.PRESENT),
    ("away, disk in our place, import not ended", replace(AWAY, disk=True, begun=True), d.UNKNOWN),
    ("away, disk in our place, whatever the answer", replace(answered(AWAY), disk=True), d.DISK_LEFT),
    ("away, answers: nothing", answered(AWAY), d.MISSING),
    ("away, answers: registered", answered(AWAY, found=DEBIAN), d.PRESENT),
    ("away, answers: WSL 1", answered(AWAY, found=replace(DEBIAN, version=1)), d.WSL_1),
    ("away, answers: installing", answered(AWAY, found=replace(DEBIAN, state="installing")), d.UNFINISHED),
    ("away, answers: damaged", answered(AWAY, damaged=True), d.DAMAGED),
    ("away, cannot be asked (Entra), no disk", answered(AWAY, refused=u.NO_TOKEN), d.MISSING),
    ("away, cannot be asked, some disk", replace(answered(AWAY, refused=u.NO_TOKEN), disks=True), d.NOT_KNOWN),
    ("away, no batch right", answered(AWAY, refused=u.NO_RIGHT), d.MISSING),
    ("away, could not look", answered(AWAY, refused=d.NOT_KNOWN), d.NOT_KNOWN),
    ("away, on battery", answered(AWAY, refused=u.ON_BATTERY), u.ON_BATTERY),
    ("there, nothing, on battery", answered(THERE, refused=u.ON_BATTERY), u.ON_BATTERY),
    ("there, registered, on battery", answered(has(THERE), refused=u.ON_BATTERY), d.PRESENT),
    ("task at work", replace(THERE, task=s.RUNNING), d.RUNNING),
    ("task at work, half registered", replace(has(THERE, state="installing"), task=s.RUNNING), d.RUNNING),
    ("task at work, away", replace(AWAY, disk=True, begun=True, task=s.RUNNING), d.RUNNING),
    ("task never started", replace(THERE, task=s.NEVER_RUN), d.MISSING),
    ("older task, half a result", replace(THERE, task=1), d.MISSING),
    ("older task, failed", replace(THERE, task=1, done="failed"), d.RUNNING),
    ("older task, failed, and it is there", replace(has(THERE), done="failed"), d.PRESENT),
    ("older task, ok", replace(has(THERE), task=0, done="ok"), d.PRESENT),
    ("older task, ok, given up since, or forged", replace(THERE, task=0, done="ok"), d.MISSING),
    ("older task, ok, away", replace(AWAY, task=0, done="ok"), d.PRESENT),
    ("older task, failed, away", replace(AWAY, task=1, done="failed"), d.RUNNING),
    ("waits for a logon", replace(AWAY, logon_task=s.NEVER_RUN), d.WAITING),
    ("waits for a logon, loaded", replace(LOADED, logon_task=s.NEVER_RUN), d.WAITING),
    ("has logged on, the task works", replace(THERE, logon_task=s.RUNNING), d.RUNNING),
    ("has logged on, the task did not start", replace(THERE, logon_task=s.NEVER_RUN), d.MISSING),
    ("has logged on, the task did it", replace(has(THERE), logon_task=0, done="ok"), d.PRESENT),
    ("has logged on and off, the task did it", replace(AWAY, logon_task=0, done="ok"), d.PRESENT),
]


@pytest.mark.parametrize(("developer", "state"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_state(developer: d.Developer, state: str) -> None:
    held = state if state in d.HELD_REASONS else ""
    assert (developer.state, developer.held) == (d.HELD if held else state, held)
    plan = plans.plan(HOST, [developer], GOAL, left=False)
    assert plan.bring_image is (state in (d.MISSING, d.UNKNOWN))
    assert bool(plan.held) is bool(held)
    if held:
        assert not plan
        assert "\n" not in d.HELD_REASONS[held]
    if state == d.PRESENT:
        assert not (plan.hand_over or plan.collect or plan.waiting)


@pytest.mark.parametrize("developer", [row[1] for row in STATES], ids=[row[0] for row in STATES])
def test_no_state_makes_an_administrator_order_a_deletion(developer: d.Developer) -> None:
    """The task's line is the same whatever was read: it looks itself before it unregisters anything."""
    lines = {developer_line(one, GOAL, "C:\\w\\wsl.exe") for one in (developer, THERE) if one.profile}
    assert len(lines) == 1


def test_who_is_asked() -> None:
    everyone = [row[1] for row in STATES]
    assert {one.state for one in d.to_ask(everyone, on_battery=True)} == {d.UNKNOWN}
    assert {one.state for one in d.to_ask(everyone, on_battery=False)} == {d.UNKNOWN, d.MISSING}


def test_what_the_task_said_in_this_run_counts_where_nothing_can_be_read() -> None:
    assert replace(answered(AWAY), imported=True).has_it
    assert not answered(AWAY).has_it
