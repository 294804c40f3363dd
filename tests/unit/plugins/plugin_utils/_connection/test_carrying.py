# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has waited and the command it has waited for, through a real shell of this machine: launches, files, errors."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.carrying import Carrying
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.waiting import Waiting
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux import before
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux import files as linux_files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import TransferError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable

from tests.unit.plugins.plugin_utils._connection.test_waiting import NAME, chmod, make
from tests.unit.plugins.plugin_utils._linux.test_files import ShellRunner, line_ends

CONTENT = b"one\ntwo\n"


class Stage:
    """A distribution that is this machine. SPOIL: what becomes of stdin on its way."""

    def __init__(self, parent: Path, spoil: t.Callable[[bytes], bytes] = bytes) -> None:
        self.runner = ShellRunner(spoil_in=spoil)
        self.waiting = Waiting()
        self.folder = parent / NAME
        linux = LinuxRunner(self.runner, "pc", "Debian")
        self.linux = Carrying(linux, self.waiting, lambda: linux)
        assert self.waiting.command(make(str(parent)))

    def file(self, name: str = "source", content: bytes = CONTENT) -> Path:
        assert self.waiting.file(str(self.folder / name), content)
        return self.folder / name


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_one_launch_for_all(stage: Stage) -> None:
    file = stage.file()
    assert stage.waiting.command(chmod(f"{stage.folder}/", str(file))) == b""
    assert stage.linux.run(f"cat {file} -", b"payload").stdout == CONTENT + b"payload"
    assert stage.runner.commands == 1
    assert file.stat().st_mode & 0o700 == 0o700
    assert stage.linux.run("true").exit_code == 0
    assert stage.runner.commands == 2


def test_bytes_that_do_not_arrive_come_in_base64(tmp_path: Path) -> None:
    stage = Stage(tmp_path, spoil=line_ends)
    file = stage.file()
    assert stage.linux.run(f"cat {file}").stdout == CONTENT
    assert stage.waiting.in_base64
    stage.file("another")
    before_it = stage.runner.commands
    assert stage.linux.run(f"cat {stage.folder}/another").stdout == CONTENT
    assert stage.runner.commands == before_it + 1, "it was known that bare bytes do not arrive"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    stage = Stage(tmp_path / "file")
    stage.file()
    with pytest.raises(
        HostUnreachable, match="distribution Debian on pc: what a module needs cannot be made ready: mk"
    ):
        stage.linux.run(f"touch {tmp_path}/begun")
    assert not (tmp_path / "begun").exists()


def test_a_file_that_cannot_be_written(stage: Stage, tmp_path: Path) -> None:
    stage.file("no/folder")
    with pytest.raises(StepFailed, match=f"distribution Debian on pc: cannot write {stage.folder}/no/folder: "):
        stage.linux.run(f"touch {tmp_path}/begun")
    assert not (tmp_path / "begun").exists()


def test_a_mode_that_cannot_be_changed(stage: Stage, tmp_path: Path) -> None:
    stage.waiting.command(chmod(f"{stage.folder}/no"))
    with pytest.raises(StepFailed, match=r"cannot be made ready: chmod: .*/no"):
        stage.linux.run(f"touch {tmp_path}/begun")
    assert not (tmp_path / "begun").exists()


def test_a_long_command_comes_after_the_steps(stage: Stage) -> None:
    file = stage.file()
    assert stage.linux.run(f"cat {file} #{'x' * before.LONGEST_COMMAND}").stdout == CONTENT
    assert stage.runner.commands == 3, "folder, file, command"


def test_files_of_the_distribution_come_after_the_steps_too(stage: Stage, tmp_path: Path) -> None:
    file = stage.file()
    stage.linux.files(lambda files: files.get(str(file), tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == CONTENT
    assert stage.runner.commands == 1
    assert not stage.waiting
    with pytest.raises(TransferError, match="there is no file /no"):
        stage.linux.files(lambda files: files.get("/no", tmp_path / "back"))


def test_a_large_file_comes_after_the_steps(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linux_files, "SMALL_BYTES", 2)
    (tmp_path / "local").write_bytes(CONTENT)
    stage.linux.files(lambda files: files.put(tmp_path / "local", str(stage.folder / "large")))
    assert (stage.folder / "large").read_bytes() == CONTENT
