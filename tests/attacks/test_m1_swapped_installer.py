# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""M1: the local installer lies where a developer writes, who swaps it between the look at its digest and its use."""

from __future__ import annotations

import hashlib
import os
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import installer_steps, local_installer
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed, System

from tests.unit.plugins.module_utils.scripted_run import system_at

NAME = "cuda-repo-wsl-ubuntu-12-8-local_12.8.1-1_amd64.deb"
GOOD, EVIL = b"good" * 100_000, b"evil" * 100_000
FIELDS = "Package: cuda-repo-wsl-ubuntu-12-8-local\nVersion: 12.8.1-1\n"


class World:
    """The installer, and what became of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / NAME
        self.file.write_bytes(GOOD)
        self.root = folder
        self.copies = folder / "var/cache/wslfleet-installer"
        self.copies.parent.mkdir(parents=True)
        self.used: list[bytes] = []
        self.modes: list[int] = []
        self.running: transaction.Transaction | None = None
        self.installer = local_installer.parse(f"/{NAME}", hashlib.sha256(GOOD).hexdigest())
        monkeypatch.setattr(installer_steps, "_unpack", self.unpack)
        monkeypatch.setattr(transaction, "find_running", lambda system: self.running)
        monkeypatch.setattr(local_installer, "installed", lambda system, _installer: bool(self.used))

    def unpack(self, _system: System, path: str) -> None:
        self.modes.append(stat.S_IMODE(Path(path).parent.stat().st_mode))
        self.used.append(Path(path).read_bytes())

    def swap(self) -> None:
        other = self.file.with_name("other")
        other.write_bytes(EVIL)
        other.replace(self.file)

    def run(self, _arguments: t.Sequence[str]) -> Completed:
        return Completed(0, FIELDS, "")

    def swapping(self, _arguments: t.Sequence[str]) -> Completed:
        """The look at the package's fields comes after the look at the digest."""
        self.swap()
        return Completed(0, FIELDS, "")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def test_what_was_checked_is_what_is_unpacked(world: World) -> None:
    installer_steps.install(system_at(world.root, world.swapping), world.installer)
    assert world.used == [GOOD] and world.modes == [0o700]
    assert not world.copies.exists()


def test_a_file_swapped_before_is_refused(world: World) -> None:
    world.swap()
    with pytest.raises(Failure, match="has SHA-256"):
        installer_steps.install(system_at(world.root, world.run), world.installer)
    assert world.used == [] and not world.copies.exists()


def test_a_file_swapped_while_it_is_copied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hashed is what is written: one pass, by the file that was opened."""
    real, calls = os.fstat, []

    def watched(handle: int) -> os.stat_result:
        if not calls and os.readlink(f"/proc/self/fd/{handle}") == str(world.file):
            calls.append(handle)
            world.swap()
        return real(handle)

    monkeypatch.setattr(os, "fstat", watched)
    installer_steps.install(system_at(world.root, world.run), world.installer)
    assert calls and world.used == [GOOD]


def test_an_attacker_who_writes_into_the_open_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = files.copy

    def writing(path: str, target: str = "") -> str:
        digest = real(path, target)
        world.file.write_bytes(EVIL)
        return digest

    monkeypatch.setattr(files, "copy", writing)
    installer_steps.install(system_at(world.root, world.run), world.installer)
    assert world.used == [GOOD]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: Path(path).symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_what_is_no_file(make: t.Callable[[str], None], world: World) -> None:
    world.file.unlink()
    make(str(world.file))
    with pytest.raises(Failure, match="cannot be read"):
        installer_steps.install(system_at(world.root, world.run), world.installer)
    with pytest.raises(Failure, match="cannot be read"):
        installer_steps.check_installer(system_at(world.root, world.run), world.installer)
    assert not world.copies.exists()


def test_a_copy_of_an_interrupted_run_goes(world: World) -> None:
    world.copies.mkdir(0o700)
    (world.copies / NAME).write_bytes(EVIL)
    installer_steps.install(system_at(world.root, world.run), world.installer)
    assert world.used == [GOOD] and not world.copies.exists()


def test_a_copy_that_a_transaction_still_unpacks_stays(world: World) -> None:
    world.copies.mkdir(0o700)
    world.running = transaction.Transaction("/x")
    installer_steps.sweep(system_at(world.root))
    assert world.copies.exists()


def test_another_run_is_not_disturbed(world: World) -> None:
    with installer_steps._installer_folder(system_at(world.root)):
        with pytest.raises(Failure, match="another run brings an installer"):
            installer_steps.install(system_at(world.root, world.run), world.installer)
        assert world.copies.exists()
    assert not world.copies.exists()


def test_room_for_the_copy_is_asked_for_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        installer_steps.space, "free_bytes", lambda _system, _path: installer_steps.space.RESERVE + len(GOOD)
    )
    with pytest.raises(Failure, match="not enough space"):
        installer_steps.install(system_at(world.root, world.run), world.installer)
    assert not world.copies.exists()
