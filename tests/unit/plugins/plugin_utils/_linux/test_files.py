# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files through a real shell of this machine, with a connection in between that may spoil bytes."""

from __future__ import annotations

import functools
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux import files as linux_files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux import large_files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import (
    LinuxFiles,
    RemoteFileMissing,
    TransferError,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable, Stdin
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import LINUX_SHELL_SCRIPT

Spoil = t.Callable[[bytes], bytes]


def line_ends(data: bytes) -> bytes:
    """What a text mode in between would do."""
    return data.replace(b"\n", b"\r\n")


def auto_run(data: bytes) -> bytes:
    """What an AutoRun command of cmd.exe does to stdout."""
    return b"Welcome to Contoso\r\n" + data


class ShellRunner:
    """A runner whose host is the /bin/sh of this machine."""

    def __init__(self, spoil_in: Spoil = bytes, spoil_out: Spoil = bytes) -> None:
        self.commands = 0
        self._spoil_in = spoil_in
        self._spoil_out = spoil_out

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        self.commands += 1
        if not isinstance(stdin, bytes):
            stdin = b"".join(iter(functools.partial(stdin.read, 1 << 16), b""))
        command, _newline, payload = stdin.partition(b"\n")
        stdin = command + b"\n" + self._spoil_in(payload)
        process = subprocess.run(
            ["/bin/sh", "-c", LINUX_SHELL_SCRIPT], input=stdin, capture_output=True, check=False, cwd="/"
        )
        return Completed(process.returncode, self._spoil_out(process.stdout), process.stderr)

    converse: t.Any = None


def files(runner: ShellRunner) -> LinuxFiles:
    linux = LinuxRunner(runner, "laptop1", "Debian")
    return LinuxFiles(linux, lambda: linux)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SMALL_BYTES", "FIRST_BYTES", "PIECE_BYTES"):
        monkeypatch.setattr(linux_files, name, 1 << 16)


CONTENTS = [
    pytest.param(b"", id="empty"),
    pytest.param(b"one\r\ntwo\n\x1a\0", id="control characters"),
    pytest.param(bytes(range(256)) * 256, id="exactly one piece"),
    pytest.param(os.urandom(150_001), id="three pieces"),
]
NAME = "na'me $(x) größe"


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("spoil", [bytes, line_ends])
def test_put(tmp_path: Path, content: bytes, spoil: Spoil) -> None:
    (tmp_path / "local").write_bytes(content)
    files(ShellRunner(spoil_in=spoil)).put(tmp_path / "local", str(tmp_path / NAME))
    assert (tmp_path / NAME).read_bytes() == content


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("spoil", [bytes, line_ends, auto_run])
def test_get(tmp_path: Path, content: bytes, spoil: Spoil) -> None:
    (tmp_path / NAME).write_bytes(content)
    files(ShellRunner(spoil_out=spoil)).get(str(tmp_path / NAME), tmp_path / "local")
    assert (tmp_path / "local").read_bytes() == content


def test_one_command_for_a_small_file(tmp_path: Path) -> None:
    runner = ShellRunner()
    (tmp_path / "local").write_bytes(b"x")
    files(runner).put(tmp_path / "local", str(tmp_path / "there"))
    files(runner).get(str(tmp_path / "there"), tmp_path / "back")
    assert runner.commands == 2


def test_small_files_and_large_ones_go_different_ways(tmp_path: Path) -> None:
    small, large = ShellRunner(), ShellRunner()
    transfer = LinuxFiles(LinuxRunner(small, "pc", "Debian"), lambda: LinuxRunner(large, "pc", "Debian"))
    for content, commands in ((b"x" * (1 << 15), (2, 0)), (b"x" * (3 << 16), (3, 4))):
        (tmp_path / "local").write_bytes(content)
        transfer.put(tmp_path / "local", str(tmp_path / "there"))
        transfer.get(str(tmp_path / "there"), tmp_path / "back")
        assert (tmp_path / "back").read_bytes() == content
        assert (small.commands, large.commands) == commands


class Lost(ShellRunner):
    """The connection is lost before each of the commands LOST."""

    def __init__(self, *lost: int) -> None:
        super().__init__()
        self.ended = 0
        self._lost = lost

    def run(self, line: str, stdin: Stdin = b"", timeout: float | None = None) -> Completed:
        if self.commands in self._lost:
            self.commands += 1
            error = HostUnreachable("laptop1: the connection was dropped")
            error.begun = True
            raise error
        return super().run(line, stdin, timeout)

    def end_lost(self) -> None:
        self.ended += 1


def test_a_read_goes_on_after_a_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_files, "PAUSES", (0, 0))
    content = os.urandom(200_000)
    (tmp_path / "there").write_bytes(content)
    notes: list[str] = []
    runner = Lost(1, 2, 4)
    linux = LinuxRunner(runner, "laptop1", "Debian")
    LinuxFiles(linux, lambda: linux, note=notes.append).get(str(tmp_path / "there"), tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content
    assert (runner.commands, runner.ended) == (7, 2)
    assert notes == ["laptop1: the connection was dropped; the transfer continues when it answers again"] * 3


def test_base64_is_remembered(tmp_path: Path) -> None:
    runner = ShellRunner(spoil_in=line_ends)
    (tmp_path / "local").write_bytes(b"a\nb\n")
    transfer = files(runner)
    transfer.put(tmp_path / "local", str(tmp_path / "there"))
    assert (transfer.in_base64, runner.commands) == (True, 2)
    transfer.put(tmp_path / "local", str(tmp_path / "there"))
    assert runner.commands == 3


def test_a_file_that_never_arrives_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"content")
    with pytest.raises(TransferError, match=r"laptop1: .*there did not arrive as it was sent"):
        files(ShellRunner(spoil_in=lambda data: b"")).put(tmp_path / "local", str(tmp_path / "there"))


def test_put_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"content")
    with pytest.raises(TransferError, match="cannot write /no/such/folder/x: ") as caught:
        files(ShellRunner()).put(tmp_path / "local", "/no/such/folder/x")
    assert "\n" not in str(caught.value)


def test_get_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RemoteFileMissing, match="there is no file /no/such/file"):
        files(ShellRunner()).get("/no/such/file", tmp_path / "local")


def test_get_a_directory(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="is a directory, not a file"):
        files(ShellRunner()).get(str(tmp_path), tmp_path / "local")
