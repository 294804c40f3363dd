# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""M4: what a laptop prints was collected without a bound, so that one laptop ended the run of a fleet."""

from __future__ import annotations

import json
import re

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.failures import told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import PIECE_BYTES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import tasks as bundle
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    OUTPUT_BYTES,
    Completed,
    OutputTooLong,
    Stdin,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import WinRsRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import read

from tests.unit.plugins.plugin_utils._port.test_winrs import FakeConnection, FakeProtocol, Received

PIECE = 400_000
"""Bytes in one answer, as the largest envelope of WinRM allows."""


class Endless(FakeProtocol):
    """A command that never stops printing, first what is in ``before``."""

    def __init__(self, stream: int) -> None:
        super().__init__()
        self.stream = stream
        self.before = b""
        self.received = 0

    def get_command_output_raw(self, shell: str, command: str) -> Received:
        self.received += 1
        assert self.received < 2 * OUTPUT_BYTES / PIECE, "nobody ends this command"
        data, self.before = self.before + b"x" * (PIECE - len(self.before)), b""
        return (data, b"", 0, False) if self.stream == 1 else (b"", data, 0, False)

    def run_command(self, shell: str, line: str, **options: object) -> str:
        self.before = f"{line.partition('-begin&')[0][5:]}-begin\r\n".encode() if "-begin&" in line else b""
        return super().run_command(shell, line, **options)


def endless(stream: int) -> tuple[WinRsRunner, Endless]:
    connection = FakeConnection()
    connection.fake = protocol = Endless(stream)
    return WinRsRunner(connection), protocol


@pytest.mark.parametrize("stream", [1, 2])
def test_a_command_that_never_stops_is_ended(stream: int) -> None:
    runner, protocol = endless(stream)
    with pytest.raises(OutputTooLong) as caught:
        runner.run("C:\\x.exe", timeout=3600)
    assert len(caught.value.stdout) <= OUTPUT_BYTES
    assert protocol.names()[-2:] == ["cleanup", "close_shell"]
    assert str(caught.value) == (
        "laptop1: printed more than 16 MiB and was ended: C:\\x.exe; look on the laptop what floods it"
    )


def test_the_read_is_named() -> None:
    runner, _protocol = endless(1)
    with pytest.raises(OutputTooLong, match=r"^reading lxss failed: laptop1: printed more than 16 MiB"):
        read(runner, {"lxss": "echo one", "other": "echo two"}, partial=True)


def test_a_piece_of_a_file_has_room() -> None:
    assert 1.36 * PIECE_BYTES < OUTPUT_BYTES
    assert plans.MOST_BYTES < OUTPUT_BYTES


def test_ansible_is_told_that_the_task_failed() -> None:
    def flood() -> None:
        raise OutputTooLong("laptop1: printed more than 16 MiB")

    with pytest.raises(AnsibleError, match="printed more than 16 MiB"):
        told(flood, "Debian-12")


class Flooded:
    """A laptop on which the file NAME of anna grows without end after somebody has looked at its size."""

    def __init__(self, name: str) -> None:
        self._flood = f"S-1-5-21-1-{name}.txt"

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        """See ``CommandRunner.run``."""
        if self._flood in line:
            raise OutputTooLong("laptop1: printed more than 16 MiB")
        mark = line[5:13]
        known = {
            "-done.txt": "ended\r\n",
            "2-out.txt": json.dumps({"bundle": "Debian", "rows": []}),
            "2-err.txt": "wslfleet-exit-10\n",
        }
        printed = f"{mark}-begin\r\n"
        for part, number in re.findall(rf"(?:begin|-1)&(.*?)&&echo {mark}-(\d+)-0", line):
            printed += next((text for name, text in known.items() if name in part), "") + f"{mark}-{number}-"
            printed += "1\r\n" if "/al" in part else "0\r\n"
        return Completed(0, printed.encode(), b"")


@pytest.mark.parametrize(("name", "told"), [("out", "printed more than 16 MiB"), ("done", "bytes and was not read")])
def test_the_flood_of_one_developer_is_not_the_failure_of_another(name: str, told: str) -> None:
    users = [
        User(f"S-1-5-21-{n}", name, f"C:\\Users\\{name}", True, False) for n, name in enumerate(["anna", "ben"], 1)
    ]
    accounts = [bundle.Developer(user, logged_on=True, lacks=False, task=None) for user in users]
    goal = bundle.Goal("Debian", ("anna", "ben"), b"", (), on_battery=True, timeout=10)
    work = bundle.Work(Flooded(name), goal, bundle.State("C:\\wsl.exe", accounts, ""), sleep=lambda _seconds: None)
    work._collect(accounts)
    assert told in work.outcomes["S-1-5-21-1"].failure
    assert work.outcomes["S-1-5-21-2"] == plans.Outcome(rows=())
