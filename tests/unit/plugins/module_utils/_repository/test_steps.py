# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes with a source, and in which order. The trial of a source and its files have tests of their own."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import (
    goal,
    repository,
    spare_installers,
    steps,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun, system_at

PACKAGE = "cuda-repo-wsl-ubuntu-12-8-local"
GONE = ((PACKAGE, 5 * 2**20),)
CHANGE = system_changes.FileChange("/usr/share/keyrings/cuda-1234ABCD-keyring.gpg", b"key", None)
NETWORK = goal.resolve("network", {}, "")
NO_RUN = ScriptedRun()


class World:
    """Stands in for everything around the steps, and writes down what they did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.journal: list[str] = []
        self.refused = ""
        self.left = False
        self.code = 0
        self.current = True
        self.spare = spare_installers.Spare(GONE, (CHANGE,))
        for module, name, stand_in in (
            (steps.system_changes, "apply", lambda system, changes: self.journal.extend(item.path for item in changes)),
            (steps.query, "plan_purge", self.plan),
            (steps.apt_transaction, "find_running", lambda system: None),
            (steps.apt_transaction, "start", self.start),
            (steps.apt_transaction, "attach", lambda _transaction, _seconds: True),
            (steps.dpkg, "read_database", self.database),
            (steps.repository, "is_current", lambda system, _wanted: self.current),
            (steps.spare_installers, "find", self.find),
        ):
            monkeypatch.setattr(module, name, stand_in)

    def plan(self, _system: System, names: t.Sequence[str]) -> apt_plan.Judgement:
        reasons = (apt_plan.Reason("x", self.refused),) if self.refused else ()
        assert list(names) == [PACKAGE]
        return apt_plan.Judgement((), (), reasons)

    def start(self, _system: System, _purpose: str, commands: t.Sequence[t.Sequence[str]]) -> t.Any:
        self.journal.append(" ".join(word for word in commands[0] if word in ("purge", PACKAGE)))
        return SimpleNamespace(
            id="t", log="/log", exit_code=self.code, mark_collected=lambda: None, log_tail=lambda: ""
        )

    def database(self, _system: System) -> dpkg.Database:
        package = dpkg.Package(PACKAGE, "amd64", "1", "ii") if self.left else None
        return t.cast(dpkg.Database, SimpleNamespace(packages=[package] if package else [], broken=[]))

    def find(self, _system: System, how: str, url: str = "") -> spare_installers.Spare:
        self.journal.append(f"find {how} {url}".strip())
        return self.spare


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def bring(state: str = "present", check_mode: bool = False) -> steps.Outcome:
    return steps.bring(system_at(run=NO_RUN), NETWORK, state, [], "unused", check_mode)


def test_what_is_spare_goes_files_first_beside_a_source_that_stands(world: World) -> None:
    found = bring()
    assert (found.changed, found.current, found.gone, found.changes) == (True, False, GONE, (CHANGE,))
    assert world.journal == [f"find unused {NETWORK.url}", CHANGE.path, f"purge {PACKAGE}"]


def test_a_look_and_check_mode_take_nothing(world: World) -> None:
    assert not bring("verified").current, "there is something to do"
    planned = bring(check_mode=True)
    assert (planned.changed, planned.gone) == (True, GONE)
    assert world.journal == [f"find unused {NETWORK.url}"] * 2


def test_nothing_spare_is_no_change(world: World) -> None:
    world.spare = spare_installers.Spare()
    for state in ("present", "verified"):
        found = bring(state)
        assert (found.changed, found.current) == (False, True)


@pytest.mark.parametrize(
    ("refused", "left", "code", "words", "done"),
    [
        ("would remove mine", False, 0, f"purging {PACKAGE}: would remove mine", []),
        ("", True, 0, f"{PACKAGE} was not removed", [CHANGE.path, f"purge {PACKAGE}"]),
        ("", False, 100, "transaction t ended with code 100", [CHANGE.path, f"purge {PACKAGE}"]),
    ],
)
def test_what_goes_wrong_is_told(
    refused: str, left: bool, code: int, words: str, done: list[str], world: World
) -> None:
    world.refused, world.left, world.code = refused, left, code
    with pytest.raises(Failure, match=words):
        bring()
    assert world.journal[1:] == done


def test_absent_takes_them_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "plan_absent", lambda system, _wanted: [])
    found = bring("absent")
    assert (found.changed, found.gone) == (True, GONE)
    assert world.journal == ["find unused", CHANGE.path, f"purge {PACKAGE}"]
    world.spare = spare_installers.Spare()
    assert not bring("absent").changed
