# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from datetime import datetime

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot import apply

from tests.unit.host_answers import BATCH, HostAnswers, fresh, reg
from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

SHUTDOWN = 'C:\\Windows\\System32\\shutdown.exe /r /t 10 /c "Save your work"'
OK = Completed(0, b"", b"")
AWAY = HostUnreachable("laptop: no answer")
CONTROL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> apply.Clock:
        return apply.Clock(now=lambda: self.now, sleep=self.sleep, utc=lambda: datetime(2026, 11, 22, 12))

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def boot(number: int, pending: bool = False) -> HostAnswers:
    answers = fresh()
    answers[q.pending_reboot()["boot_id"]] = reg(
        f"{CONTROL}\\Memory Management\\PrefetchParameters", ("BootId", "REG_DWORD", hex(number))
    )
    if pending:
        answers[q.pending_reboot()["servicing"]] = b""
    return answers


def restart(script: list[tuple[Expected, Answer]], timeout: float = 60) -> apply.Rebooted:
    with ScriptedRunner(script) as runner:
        return apply.restart(runner, 10, "Save your work", timeout, FakeTime().clock())


@pytest.mark.parametrize("answer", [OK, Completed(1190, b"", b"(1190)"), AWAY, CommandTimeout("x")])
def test_waits_for_a_new_boot_not_for_an_answer(answer: Answer) -> None:
    script: list[tuple[Expected, Answer]] = [
        (BATCH, boot(41, pending=True)),
        (SHUTDOWN, answer),
        (BATCH, boot(41, pending=True)),
        (BATCH, AWAY),
        (BATCH, CommandTimeout("x")),
        (BATCH, Completed(1, b"", b"")),
        (BATCH, boot(42)),
    ]
    assert restart(script) == apply.Rebooted(True, (), 30.0)


def test_a_restart_that_leaves_another_one() -> None:
    ended = restart([(BATCH, boot(41)), (SHUTDOWN, OK), (BATCH, boot(42, pending=True))])
    assert ended.came_back
    assert len(ended.reasons_left) == 1


def again(*ends: apply.Rebooted | StepFailed, obstacles: tuple[str, ...] = (), restarts: int = 2) -> apply.Rebooted:
    queue = list(ends)

    def once() -> apply.Rebooted:
        end = queue.pop(0)
        if isinstance(end, StepFailed):
            raise end
        return end

    ended = apply.restart_until_done(once, restarts, lambda: obstacles)
    assert not queue
    return ended


DONE = apply.Rebooted(True, (), 20.0)
MORE = apply.Rebooted(True, ("features",), 30.0)


def test_two_restarts() -> None:
    assert again(MORE, DONE) == apply.Rebooted(True, (), 50.0, 2)
    assert again(DONE) == DONE
    assert again(MORE, restarts=1) == MORE
    assert again(MORE, MORE).reasons_left == ("features",)


def test_the_second_restart_is_put_off() -> None:
    assert again(MORE, obstacles=("it runs on battery",)).put_off == ("it runs on battery",)
    assert again(MORE, StepFailed("refused")).put_off == ("refused",)


def test_a_host_that_is_away_is_not_restarted_again() -> None:
    away = apply.Rebooted(False, ("features",), 900.0)
    assert again(away) == away


def event(record: int) -> bytes:
    return (
        "<Event xmlns='x'><System><TimeCreated SystemTime='2026-11-22T20:00:00Z'/>"
        f"<EventRecordID>{record}</EventRecordID></System></Event>\r\n"
    ).encode()


def test_a_new_start_in_the_event_log_is_enough() -> None:
    before, after = boot(41), boot(41)
    before[q.pending_reboot()["boot_event"]], after[q.pending_reboot()["boot_event"]] = event(7), event(9)
    assert restart([(BATCH, before), (SHUTDOWN, OK), (BATCH, before), (BATCH, after)]).came_back
    del before[q.pending_reboot()["boot_id"]], after[q.pending_reboot()["boot_id"]]
    assert restart([(BATCH, before), (SHUTDOWN, OK), (BATCH, before), (BATCH, after)]).came_back


def test_waits_until_servicing_has_ended() -> None:
    busy = boot(42)
    busy[q.pending_reboot()["servicing_now"]] = b""
    ended = restart([(BATCH, boot(41)), (SHUTDOWN, OK), (BATCH, busy), (BATCH, busy), (BATCH, boot(42))])
    assert (ended.came_back, ended.reasons_left) == (True, ())


def test_servicing_that_does_not_end() -> None:
    busy = boot(42)
    busy[q.pending_reboot()["servicing_now"]] = b""
    ended = restart([(BATCH, boot(41)), (SHUTDOWN, OK), (BATCH, busy), (BATCH, busy)], timeout=10)
    assert (ended.came_back, len(ended.reasons_left)) == (True, 1)


def test_a_host_that_does_not_come_back_is_told() -> None:
    ended = restart([(BATCH, boot(41)), (SHUTDOWN, OK), *[(BATCH, AWAY)] * 12])
    assert (ended.came_back, ended.seconds) == (False, 70.0)


def test_shutdown_that_refuses() -> None:
    with pytest.raises(StepFailed, match=r"ended with 5: Zugriff verweigert"):
        restart([(BATCH, boot(41)), (SHUTDOWN, Completed(5, b"", b"Zugriff verweigert"))])


def test_no_restart_that_would_damage_wsl() -> None:
    host = boot(41)
    host[q.pending_reboot()["file_renames"]] = reg(
        CONTROL, ("PendingFileRenameOperations", "REG_MULTI_SZ", "\\??\\C:\\Program Files\\WSL\\tools\\modules.vhd\\0")
    )
    with pytest.raises(StepFailed, match=re.escape("C:\\Program Files\\WSL\\tools\\modules.vhd")):
        restart([(BATCH, host)])


def test_no_restart_without_a_boot_number() -> None:
    host = boot(41)
    del host[q.pending_reboot()["boot_id"]]
    with pytest.raises(StepFailed, match="BootId"):
        restart([(BATCH, host)])


def test_a_host_that_is_away_before_is_not_a_restart() -> None:
    with pytest.raises(HostUnreachable):
        restart([(BATCH, AWAY)])
