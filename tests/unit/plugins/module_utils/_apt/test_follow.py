# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, follow
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

from tests.unit.plugins.module_utils.scripted_run import system_at

SECONDS = 20.0
HALF = "Package: b\nStatus: install ok half-configured\nVersion: 1\nArchitecture: amd64"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A distribution with a package that is half way."""
    monkeypatch.setattr(dpkg, "read_database", lambda system: dpkg.Database(tuple(dpkg.parse_status(HALF)), False))
    return system_at(tmp_path)


def ended(system: System, purpose: str, command: str) -> apt_transaction.Transaction:
    transaction = apt_transaction.start(system, purpose, [[command]])
    assert apt_transaction.attach(transaction, SECONDS)
    return transaction


def test_failure_is_one_line(system: System, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Err:1\nE: Failed to fetch x  404\nE: Sub-process returned an error code (1)\n")
    (tmp_path / "exit").write_text("100\n")
    text = follow.failure(system, apt_transaction.Transaction(str(tmp_path)))
    assert "ended with code 100: Failed to fetch x  404" in text and "half way: b iF" in text and "\n" not in text


def test_what_is_begun_is_waited_for_and_reported(system: System) -> None:
    assert follow.begin(system, "toolkit", [["true"]], SECONDS).exit_code == 0
    with pytest.raises(Failure, match="ended with code 1"):
        follow.begin(system, "toolkit", [["false"]], SECONDS)
    assert follow.earlier(system, "toolkit", None, SECONDS, pytest.fail) == follow.Earlier()


def test_what_still_works_after_the_look_is_said(system: System, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    begun = follow.begin(system, "toolkit", [["sh", "-c", f"until [ -e {gate} ]; do sleep 0.02; done"]], 0.05)
    assert begun.running
    assert follow.earlier(system, "toolkit", begun.id, 0.05, pytest.fail).running == begun
    gate.touch()
    seen = follow.earlier(system, "toolkit", begun.id, SECONDS, pytest.fail)
    assert (seen.running, seen.ended) == (None, (begun,))


@pytest.mark.parametrize(
    ("purpose", "of_any", "found", "left"),
    [
        pytest.param("toolkit", False, 1, 0, id="its own"),
        pytest.param("source", False, 0, 1, id="left to its module"),
        pytest.param("source", True, 0, 0, id="told, but not its own"),
    ],
)
def test_results_of_earlier_runs_are_told_once(
    system: System, purpose: str, of_any: bool, found: int, left: int
) -> None:
    ended(system, purpose, "false")
    warnings: list[str] = []
    seen = follow.earlier(system, "toolkit", None, SECONDS, warnings.append, of_any)
    assert len(seen.ended) == found and len(apt_transaction.uncollected(system)) == left
    assert len(warnings) == 1 - left
    follow.earlier(system, "toolkit", None, SECONDS, warnings.append, of_any)
    assert len(warnings) == 1 - left


def test_the_one_that_is_followed_fails_the_module(system: System) -> None:
    mine = ended(system, "toolkit", "false")
    with pytest.raises(Failure, match=mine.id):
        follow.earlier(system, "toolkit", mine.id, SECONDS, pytest.fail)


@pytest.mark.parametrize(
    ("commands", "seconds", "words"),
    [
        ([["true"]], SECONDS, ""),
        ([["false"]], SECONDS, "ended with code 1"),
        ([["sleep", "0.5"]], 0.0, "still runs after 0 s"),
    ],
)
def test_to_the_end(system: System, commands: list[list[str]], seconds: float, words: str) -> None:
    transaction = apt_transaction.start(system, "source", commands)
    if not words:
        follow.to_the_end(system, transaction, seconds)
        return
    with pytest.raises(Failure, match=words):
        follow.to_the_end(system, transaction, seconds)
    assert apt_transaction.attach(transaction, SECONDS)
