# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandTimeout, Completed, HostUnreachable

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

    def clock(self) -> _reboot.Clock:
        return _reboot.Clock(now=lambda: self.now, sleep=self.sleep)

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


def restart(script: list[tuple[Expected, Answer]], timeout: float = 60) -> _reboot.Rebooted:
    with ScriptedRunner(script) as runner:
        return _reboot.restart(runner, 10, "Save your work", timeout, FakeTime().clock())


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
    assert restart(script) == _reboot.Rebooted(True, 41, 42, (), 30.0)


def test_a_restart_that_leaves_another_one() -> None:
    ended = restart([(BATCH, boot(41)), (SHUTDOWN, OK), (BATCH, boot(42, pending=True))])
    assert ended.came_back
    assert len(ended.reasons_left) == 1


def test_a_host_that_does_not_come_back_is_told() -> None:
    ended = restart([(BATCH, boot(41)), (SHUTDOWN, OK), *[(BATCH, AWAY)] * 12])
    assert (ended.came_back, ended.boot_id_after, ended.seconds) == (False, None, 70.0)


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
