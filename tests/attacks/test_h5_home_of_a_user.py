# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""H5: root writes the configuration of a user's docker where that user turns every name to what he likes."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import rootless, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import as_user, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes

from tests.unit.plugins.module_utils.scripted_run import system_at

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

NOBODY = 65534
ATTACKER = rootless.DockerUser("nobody", NOBODY, NOBODY, "/home/attacker")
SECRET = "root:$6$secret:\n"


class World:
    """A distribution: /home/attacker is the attacker's, all else is root's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "home/attacker"
        self.docker = self.home / ".config/docker"
        self.daemon = self.docker / "daemon.json"
        self.shadow = root / "etc/shadow"
        for folder in (self.home, self.shadow.parent, root / "etc/docker"):
            folder.mkdir(parents=True)
        self.shadow.write_text(SECRET)
        self.shadow.chmod(0o640)
        self.own(self.home)

    def own(self, *paths: Path) -> None:
        for path in paths:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def folder(self, path: Path) -> Path:
        path.mkdir()
        self.own(path)
        return path

    def link(self, path: Path, target: Path) -> None:
        path.symlink_to(target)
        self.own(path)

    def of_root(self) -> dict[str, tuple[int, int, int, int, str]]:
        """Everything outside the home: inode, mode, user, group, content."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            if self.home in (path, *path.parents):
                continue
            status = path.lstat()
            text = path.read_text() if path.is_file() else ",".join(sorted(entry.name for entry in path.iterdir()))
            found[str(path)] = (status.st_ino, status.st_mode, status.st_uid, status.st_gid, text)
        return found

    def serve(self) -> None:
        """What the module does in the home; the record, NVIDIA's file and their folders are root's own matter."""
        root = str(self.root)
        assert rootless.unconfigured(system_at(root), [ATTACKER]) == [ATTACKER]
        changes = [change for change in rootless.plan(system_at(root), [ATTACKER]) if change.path == ATTACKER.path]
        system_changes.apply(system_at(root), changes)


@pytest.fixture
def world() -> t.Iterator[World]:
    # pytest's own folder is closed to other users.
    root = Path(tempfile.mkdtemp(prefix="wslfleet-attack-"))
    root.chmod(0o755)
    yield World(root)
    shutil.rmtree(root)


def test_the_usual_home(world: World) -> None:
    before = world.of_root()
    world.serve()
    assert world.of_root() == before
    for path in (world.docker.parent, world.docker, world.daemon):
        assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, NOBODY)
    assert "nvidia" in world.daemon.read_text()


def parent_is_a_link(world: World) -> None:
    world.folder(world.docker.parent)
    world.link(world.docker, world.root / "etc/docker")


def grandparent_is_a_link(world: World) -> None:
    world.link(world.docker.parent, world.root / "etc")


def parent_is_a_link_to_what_is_not_there(world: World) -> None:
    world.folder(world.docker.parent)
    world.link(world.docker, world.root / "etc/new")


def home_is_a_link(world: World) -> None:
    world.home.rmdir()
    world.link(world.home, world.root / "etc")


def file_is_a_link(world: World) -> None:
    world.folder(world.docker.parent)
    world.folder(world.docker)
    world.link(world.daemon, world.shadow)


def file_is_a_pipe(world: World) -> None:
    world.folder(world.docker.parent)
    world.folder(world.docker)
    os.mkfifo(world.daemon)
    world.own(world.daemon)


def file_is_endless(world: World) -> None:
    world.folder(world.docker.parent)
    world.folder(world.docker)
    with world.daemon.open("wb") as file:
        file.truncate(8 << 30)
    world.own(world.daemon)


def file_is_a_device(world: World) -> None:
    world.folder(world.docker.parent)
    world.folder(world.docker)
    world.link(world.daemon, Path("/dev/zero"))


def a_folder_is_of_root(world: World) -> None:
    world.docker.parent.mkdir()


TURNED = [
    parent_is_a_link,
    grandparent_is_a_link,
    parent_is_a_link_to_what_is_not_there,
    home_is_a_link,
    file_is_a_link,
    file_is_a_pipe,
    file_is_endless,
    file_is_a_device,
    a_folder_is_of_root,
]


@pytest.mark.parametrize("turn", TURNED)
def test_a_home_that_leads_elsewhere(turn: t.Callable[[World], None], world: World) -> None:
    turn(world)
    before = world.of_root()
    begin = time.monotonic()
    with pytest.raises((Failure, Failure)) as told:
        world.serve()
    assert time.monotonic() - begin < 10
    assert "\n" not in str(told.value) and "secret" not in str(told.value)
    assert world.of_root() == before


def test_what_is_swapped_while_the_file_is_written(world: World) -> None:
    """The attacker replaces the temporary file by a link to /etc/shadow as soon as he sees it."""
    world.folder(world.docker.parent)
    world.folder(world.docker)
    ended = threading.Event()

    def swap() -> None:
        while not ended.is_set():
            for path in world.docker.glob(".wslfleet-*"):
                with contextlib.suppress(OSError):
                    path.unlink()
                    path.symlink_to(world.shadow)

    before = world.of_root()
    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        for _number in range(20):
            with contextlib.suppress(Failure):
                as_user.write(ATTACKER, str(world.daemon), b"{}")
    finally:
        ended.set()
        swapping.join()
    assert world.of_root() == before


def test_a_file_of_root_is_written_by_its_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where root writes himself, mode and owner are those of the file that was opened, not of its name."""
    monkeypatch.setattr(os, "chmod", lambda *_arguments: pytest.fail("chmod by name"))
    monkeypatch.setattr(os, "chown", lambda *_arguments: pytest.fail("chown by name"))
    files.write_file(f"{tmp_path}/new/file", "x", 0o600, (NOBODY, NOBODY))
    status = (tmp_path / "new/file").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o600, NOBODY)


def test_taking_out_what_was_put_in_goes_the_same_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.serve()
    monkeypatch.setattr(rootless, "_owner_of", {ATTACKER.path: ATTACKER}.get)
    shutil.rmtree(world.docker)
    target = world.root / "etc/docker"
    (target / "daemon.json").write_text(runtimes.daemon_json.with_runtime(None))
    (target / "daemon.json").chmod(0o600)
    world.link(world.docker, target)
    before = world.of_root()
    with pytest.raises((Failure, Failure)):
        system_changes.apply(system_at(world.root), rootless.plan_removal(system_at(world.root), {ATTACKER.path: None}))
    assert world.of_root() == before


def test_the_child_keeps_nothing_of_root(world: World) -> None:

    def status() -> bytes:
        return Path("/proc/self/status").read_bytes()

    seen = (as_user._call(ATTACKER, "look", status) or b"").decode()
    fields = {line.partition(":")[0]: line.partition(":")[2].split() for line in seen.splitlines()}
    assert fields["Uid"] == [str(NOBODY)] * 4 and fields["Gid"] == [str(NOBODY)] * 4
    assert "0" not in fields["Groups"]
    assert int(fields["CapEff"][0], 16) == int(fields["CapPrm"][0], 16) == 0
    assert fields["Umask"] == ["0022"]
