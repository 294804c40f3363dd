# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes with a source, and in which order. The trial of a source and its files have tests of their own."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt_plan,
    _changes,
    _dpkg,
    _repository,
    _source_steps,
    _spare_installers,
)

from tests.unit.plugins.module_utils.scripted_run import ScriptedRun

PACKAGE = "cuda-repo-wsl-ubuntu-12-8-local"
GONE = ((PACKAGE, 5 * 2**20),)
CHANGE = _changes.FileChange("/usr/share/keyrings/cuda-1234ABCD-keyring.gpg", b"key", None)
NETWORK = _repository.resolve("network", {}, "")
NO_RUN = ScriptedRun()


class World:
    """Stands in for everything around the steps, and writes down what they did."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.journal: list[str] = []
        self.refused = ""
        self.left = False
        self.code = 0
        self.current = True
        self.spare = _spare_installers.Spare(GONE, (CHANGE,))
        for module, name, stand_in in (
            (_source_steps._changes, "apply", lambda changes: self.journal.extend(item.path for item in changes)),
            (_source_steps._apt, "plan_purge", self.plan),
            (_source_steps._transaction, "find_running", lambda: None),
            (_source_steps._transaction, "start", self.start),
            (_source_steps._transaction, "attach", lambda _transaction, _seconds: True),
            (_source_steps._dpkg, "read_database", self.database),
            (_source_steps._repository, "is_current", lambda _wanted: self.current),
            (_source_steps._spare_installers, "find", self.find),
        ):
            monkeypatch.setattr(module, name, stand_in)

    def plan(self, _run: t.Any, names: t.Sequence[str], _allowed: t.Any) -> _apt_plan.Judgement:
        reasons = (_apt_plan.Reason("x", self.refused),) if self.refused else ()
        assert list(names) == [PACKAGE]
        return _apt_plan.Judgement((), (), reasons)

    def start(self, _purpose: str, commands: t.Sequence[t.Sequence[str]]) -> t.Any:
        self.journal.append(" ".join(word for word in commands[0] if word in ("purge", PACKAGE)))
        return SimpleNamespace(id="t", log="/log", exit_code=self.code, mark_collected=lambda: None)

    def database(self) -> _dpkg.Database:
        package = _dpkg.Package(PACKAGE, "amd64", "1", "ii") if self.left else None
        return t.cast(_dpkg.Database, SimpleNamespace(packages=[package] if package else []))

    def find(self, how: str, url: str = "") -> _spare_installers.Spare:
        self.journal.append(f"find {how} {url}".strip())
        return self.spare


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def bring(state: str = "present", check_mode: bool = False) -> _source_steps.Outcome:
    return _source_steps.bring(NO_RUN, NETWORK, state, [], "unused", check_mode)


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
    world.spare = _spare_installers.Spare()
    for state in ("present", "verified"):
        found = bring(state)
        assert (found.changed, found.current) == (False, True)


@pytest.mark.parametrize(
    ("refused", "left", "code", "words", "done"),
    [
        ("would remove mine", False, 0, f"cannot remove {PACKAGE}: would remove mine", []),
        ("", True, 0, f"{PACKAGE} was not removed", [CHANGE.path, f"purge {PACKAGE}"]),
        ("", False, 100, "transaction t ended with 100", [CHANGE.path, f"purge {PACKAGE}"]),
    ],
)
def test_what_goes_wrong_is_told(
    refused: str, left: bool, code: int, words: str, done: list[str], world: World
) -> None:
    world.refused, world.left, world.code = refused, left, code
    with pytest.raises(_repository.RepositoryError, match=words):
        bring()
    assert world.journal[1:] == done


def test_absent_takes_them_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_repository, "plan_absent", lambda _wanted: [])
    found = bring("absent")
    assert (found.changed, found.gone) == (True, GONE)
    assert world.journal == ["find unused", CHANGE.path, f"purge {PACKAGE}"]
    world.spare = _spare_installers.Spare()
    assert not bring("absent").changed
