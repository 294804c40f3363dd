# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commands of core can wait for the next one, as core's own shell plugin writes them."""

from __future__ import annotations

import shlex
import typing as t

import pytest
from ansible.plugins.shell.sh import ShellModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.waiting import MOST_BYTES, Waiting

NAME = "ansible-tmp-1795889530.87-24504-84233365052965"
FOLDER = f"/root/.ansible/tmp/{NAME}"
untyped: t.Any = ShellModule
SHELL = untyped()


def as_core(inner: str, end: str = " && sleep 0") -> str:
    return f"/bin/sh -c {shlex.quote(inner + end)}"


def make(parent: str = "/root/.ansible/tmp") -> str:
    return as_core(SHELL.mkdtemp(basefile=NAME, tmpdir=parent))


def chmod(*paths: str, mode: str = "u+rwx") -> str:
    return as_core(SHELL.chmod(paths, mode))


def remove(folder: str = FOLDER) -> str:
    return as_core(SHELL.remove(f"{folder}/", recurse=True))


@pytest.fixture
def waiting() -> Waiting:
    made = Waiting()
    assert made.command(make()) == f"{NAME}={FOLDER}\n".encode()
    return made


def test_a_folder_a_file_and_its_mode_wait_in_their_order(waiting: Waiting) -> None:
    assert waiting.file(f"{FOLDER}/.source", b"content")
    assert waiting.command(chmod(f"{FOLDER}/", f"{FOLDER}/.source")) == b""
    assert waiting
    folder, file, mode = waiting.take()
    assert folder.command == SHELL.mkdtemp(basefile=NAME, tmpdir="/root/.ansible/tmp")
    assert (file.path, file.content) == (f"{FOLDER}/.source", b"content")
    assert mode.command == f"chmod u+rwx {FOLDER}/ {FOLDER}/.source"
    assert not waiting


def test_as_cores_without_the_sleep_write_it() -> None:
    assert Waiting().command(as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="/var/tmp"), end="")) is not None


def test_files_wait_when_the_folder_was_made(waiting: Waiting) -> None:
    waiting.take()
    assert waiting.file(f"{FOLDER}/.source", b"")
    assert waiting.command(chmod(f"{FOLDER}/.source", mode="0700")) == b""


@pytest.mark.parametrize("path", ["/etc/passwd", f"{FOLDER}/../x", f"{FOLDER}2/x", "/root/.ansible/tmp/x"])
def test_what_is_elsewhere_does_not(waiting: Waiting, path: str) -> None:
    assert not waiting.file(path, b"")
    assert waiting.command(chmod(path)) is None
    assert waiting.command(chmod(FOLDER, path)) is None


def test_much_does_not(waiting: Waiting) -> None:
    assert waiting.file(f"{FOLDER}/a", bytes(MOST_BYTES - 1))
    assert not waiting.file(f"{FOLDER}/b", b"xx")
    assert waiting.file(f"{FOLDER}/b", b"x")


def test_a_folder_that_nothing_has_used_is_not_made(waiting: Waiting) -> None:
    assert waiting.file(f"{FOLDER}/.source", b"content")
    assert waiting.command(remove()) == b""
    assert not waiting
    assert not waiting.file(f"{FOLDER}/.source", b"content"), "it is gone"


def test_a_folder_that_was_made_is_removed(waiting: Waiting) -> None:
    waiting.take()
    waiting.file(f"{FOLDER}/.source", b"content")
    assert waiting.command(remove()) is None
    assert not waiting, "what is gone anyway is not written first"


@pytest.mark.parametrize(
    "command",
    [
        "true",
        f"mkdir {FOLDER}",
        as_core("echo ~root"),
        as_core(f"mkdir {FOLDER}"),
        as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="/home/o'neil")),
        as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="/home/$USER")),
        as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="/home/../etc")),
        as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="~root/.ansible/tmp")),
        as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="/var/tmp") + "; reboot"),
        as_core(SHELL.mkdtemp(basefile=NAME, tmpdir="/var/tmp").replace(f"/var/tmp/{NAME}", "/etc/x", 1)),
        remove("/etc"),
        remove("/root/.ansible/tmp"),
        chmod("/etc/passwd"),
        as_core("chmod u+x $(reboot)"),
        as_core("setfacl -m u:daemon:r-x /tmp/x"),
        make() + "; reboot",
        "/bin/sh -c 'unbalanced",
    ],
)
def test_anything_else_does_not_wait(command: str) -> None:
    waiting = Waiting()
    assert waiting.command(command) is None
    assert not waiting
