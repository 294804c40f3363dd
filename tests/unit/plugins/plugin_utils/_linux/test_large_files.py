# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large files through a real shell of this machine, over a connection that is lost where a test says."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux import large_files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.large_files import Patience, Upload
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    Completed,
    HostUnreachable,
    Stdin,
)

from tests.unit.plugins.plugin_utils._linux.test_files import ShellRunner

BLOCK = 1 << 12
CONTENT = os.urandom(10 * BLOCK + 77)


def lost(begun: bool = True) -> HostUnreachable:
    error = HostUnreachable("pc: the connection was dropped")
    error.begun = begun
    return error


class Link(ShellRunner):
    """Of each command so many bytes of stdin come through before the connection is lost; None: all of them."""

    def __init__(self, *through: int | HostUnreachable | None) -> None:
        super().__init__()
        self.sent: list[int] = []
        self.ended = 0
        self._through = list(through)

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        data = stdin if isinstance(stdin, bytes) else stdin.read(1 << 30)
        self.sent.append(len(data.partition(b"\n")[2]))
        through = self._through.pop(0) if self._through else None
        if isinstance(through, HostUnreachable):
            raise through
        if through is None:
            return super().run(line, data, timeout)
        command = data.partition(b"\n")[0]
        super().run(line, data[: len(command) + 1 + through], timeout)
        raise lost()

    def end_lost(self) -> None:
        self.ended += 1


class Stage:
    def __init__(self, folder: Path, link: Link) -> None:
        self.local, self.there = folder / "local", folder / "it's there"
        self.local.write_bytes(CONTENT)
        self.notes: list[str] = []
        self.pauses: list[float] = []
        self.link = link

    def send(self, in_base64: bool = False) -> tuple[Completed, str]:
        linux = LinuxRunner(self.link, "pc", "Debian")
        patience = Patience(self.notes.append, self.pauses.append)
        return Upload(linux, self.local, str(self.there), in_base64, patience).send()


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_files, "BLOCK_BYTES", BLOCK)


@pytest.mark.parametrize("in_base64", [False, True])
def test_in_one_command(tmp_path: Path, in_base64: bool) -> None:
    stage = Stage(tmp_path, Link())
    stage.there.write_bytes(b"longer" * len(CONTENT))
    completed, digest = stage.send(in_base64)
    assert stage.there.read_bytes() == CONTENT
    assert digest in completed.stdout.decode()
    assert (stage.link.commands, stage.link.ended, stage.notes) == (1, 0, [])


@pytest.mark.parametrize("in_base64, through", [(False, 5 * BLOCK + 9), (True, (5 * BLOCK + 9) * 4 // 3)])
def test_it_goes_on_where_it_was(tmp_path: Path, in_base64: bool, through: int) -> None:
    stage = Stage(tmp_path, Link(through, None, 3 * BLOCK, None))
    completed, digest = stage.send(in_base64)
    assert stage.there.read_bytes() == CONTENT
    assert digest in completed.stdout.decode()
    rest = [len(CONTENT), 0, len(CONTENT) - 5 * BLOCK, 0, len(CONTENT) - (7 if in_base64 else 8) * BLOCK]
    assert stage.link.sent == [(size + 2) // 3 * 4 if in_base64 else size for size in rest]
    assert stage.link.ended == 2
    assert stage.notes == ["pc: the connection was dropped; the transfer continues when it answers again"] * 2


def test_a_file_that_begins_otherwise_begins_anew(tmp_path: Path) -> None:
    """As one does that was there before, where the connection was lost before it was opened."""
    stage = Stage(tmp_path, Link(lost(), None))
    stage.there.write_bytes(bytes(8 * BLOCK))
    stage.send()
    assert stage.there.read_bytes() == CONTENT
    assert stage.link.sent == [len(CONTENT), 0, len(CONTENT)]


def test_a_file_that_is_gone_begins_anew(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Link(lost()))
    stage.send()
    assert stage.there.read_bytes() == CONTENT


def test_a_laptop_that_is_away_for_a_while(tmp_path: Path) -> None:
    stage = Stage(tmp_path, Link(5 * BLOCK, lost(False), lost(False), None, None))
    stage.send()
    assert stage.there.read_bytes() == CONTENT
    assert stage.pauses == list(large_files.PAUSES[:3])


def test_one_that_does_not_come_back(tmp_path: Path) -> None:
    away = [lost(False) for _pause in large_files.PAUSES]
    stage = Stage(tmp_path, Link(BLOCK, *away))
    with pytest.raises(HostUnreachable, match="pc: the connection was dropped"):
        stage.send()
    assert stage.pauses == list(large_files.PAUSES)


def test_a_connection_that_is_lost_all_the_time_without_getting_further(tmp_path: Path) -> None:
    through: list[t.Any] = [0, None] * 50
    stage = Stage(tmp_path, Link(*through))
    with pytest.raises(HostUnreachable):
        stage.send()
    assert stage.pauses == list(large_files.PAUSES)


@pytest.mark.parametrize("error", [lost(False), AuthenticationFailed("pc: refused")])
def test_what_was_no_loss_is_told_at_once(tmp_path: Path, error: HostUnreachable) -> None:
    stage = Stage(tmp_path, Link(error))
    with pytest.raises(HostUnreachable) as caught:
        stage.send()
    assert caught.value is error
    assert stage.pauses == []
