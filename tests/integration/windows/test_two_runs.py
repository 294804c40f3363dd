# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two administrators, on two controllers, change one laptop at once."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import hand_over

from tests.integration.windows.test_hand_over import Cutting, Hosts
from tests.lab.laptop_runner import LaptopRunner

OWN: dict[str, t.Any] = {"windows_user": None}


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Hosts]:
    monkeypatch.setattr(hand_over, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(lock, "WAIT_SECONDS", 0.2)
    made = Hosts(tmp_path)
    yield made
    made.laptop.shut_down()


class OtherMeanwhile(LaptopRunner):
    """While the line that holds TEXT runs, another controller's run of WORK begins; it goes on when GO_ON is set."""

    def __init__(self, hosts: Hosts, text: str, work: t.Callable[[], None]) -> None:
        super().__init__(hosts.laptop)
        self._text, self._work = text, work

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``LaptopRunner.run``."""
        if self._text in line and self._work is not None:
            work, self._work = self._work, t.cast("t.Any", None)
            work()
        return super().run(line, stdin, timeout)


def elsewhere(monkeypatch: pytest.MonkeyPatch, **change: t.Any) -> None:
    """What runs from now on runs on another controller."""
    here = lock.holder_here
    monkeypatch.setattr(lock, "holder_here", lambda seconds: replace(here(seconds), **change))


@pytest.mark.parametrize("user", [None, "anna"])
def test_the_loser_says_who_works_there(hosts: Hosts, monkeypatch: pytest.MonkeyPatch, user: str | None) -> None:
    lost: list[dict[str, t.Any]] = []

    def other() -> None:
        elsewhere(monkeypatch, machine="other1", who="ben@ci-02")
        lost.append(hosts.task(LaptopRunner(hosts.laptop), windows_user=user))

    elsewhere(monkeypatch, machine="other2", who="anna@ci-01")
    won = hosts.task(OtherMeanwhile(hosts, " /Run " if user else " --import ", other), windows_user=user)
    assert (won.get("msg"), won["present"]) == (None, True)
    assert lost[0]["failed"] is True
    assert "another run works on this laptop (since 20" in lost[0]["msg"]
    assert "by anna@ci-01): run again" in lost[0]["msg"]
    assert "choose another name" not in lost[0]["msg"]
    assert not hosts.laptop.drive.exists(lock.LOCK)
    assert hosts.task(LaptopRunner(hosts.laptop), windows_user=user)["changed"] is False


def test_who_waits_goes_on_from_what_is_there_then(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "WAIT_SECONDS", 60.0)
    waiting = threading.Event()
    results: list[dict[str, t.Any]] = []
    elsewhere(monkeypatch, machine="other2")

    class Second(LaptopRunner):
        def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
            if "wslfleet\\lock" in line:
                waiting.set()
            return super().run(line, stdin, timeout)

    threads: list[threading.Thread] = []

    def other() -> None:
        elsewhere(monkeypatch, machine="other1")
        threads.append(threading.Thread(target=lambda: results.append(hosts.task(Second(hosts.laptop), **OWN))))
        threads[0].start()
        assert waiting.wait(30)

    assert hosts.task(OtherMeanwhile(hosts, " --import ", other), **OWN)["present"] is True
    threads[0].join(60)
    assert (results[0].get("msg"), results[0]["present"], results[0]["changed"]) == (None, True, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, None),
        ({"process": 999999999}, None),
        ({"machine": "other", "since": 1, "until": 2}, None),
        ({"machine": "other"}, "another run works on this laptop"),
    ],
    ids=["same process", "process gone", "time over", "other controller"],
)
def test_a_run_that_crashed_holds_nobody_up_for_ever(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, change: dict[str, t.Any], message: str | None
) -> None:
    here = lock.holder_here
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "holder_here", lambda seconds: replace(here(seconds), **change))
        assert hosts.task(Cutting(hosts.laptop, " --import ", after=False), **OWN).get("unreachable") is True
    result = hosts.task(**OWN)
    assert result.get("present") is (message is None)
    assert message is None or message in result["msg"]


def test_without_administrator_rights_there_is_no_lock(hosts: Hosts) -> None:
    anna = LaptopRunner(hosts.laptop, hosts.laptop.state.users[1])
    assert hosts.task(anna, **OWN).get("present") is True
