# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Work in the home of a user, done as that user: root must not follow paths that somebody else can change meanwhile.

The owner of a folder can replace anything in it with a link while root creates, changes or renames files there. A child
process that has become the user can only change what the user can change anyway.
"""

from __future__ import annotations

import os
import select
import signal
import stat
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import files

SECONDS = 30.0
"""For the child process: the user may stop it, or mount a file system that never answers."""
MAXIMUM = 1 << 20
"""Most bytes of a file that is read."""
_DONE, _NONE, _FAILED = b"+", b"0", b"-"


@dataclass(frozen=True)
class User:
    """A user of the distribution."""

    name: str
    uid: int
    gid: int
    home: str


def read_text(account: User, path: str) -> str | None:
    """The text of PATH; None when there is no such file. Raises Failure."""
    data = _call(account, f"read {path}", lambda: files.read_bytes(path, MAXIMUM))
    return None if data is None else data.decode("utf-8", "surrogateescape")


def write(account: User, path: str, data: bytes) -> None:
    """Replace PATH in one step, with the folders that it needs; an old file's mode stays. Raises Failure."""

    def replace() -> None:
        mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else 0o644
        files.write_file(path, data, mode)

    _call(account, f"write {path}", replace)


def remove(account: User, path: str) -> None:
    """Remove PATH; no error when it is gone already. Raises Failure."""
    _call(account, f"remove {path}", lambda: files.remove_file(path))


def check_writable(account: User, path: str) -> None:
    """Raise Failure when PATH could not be written, before anything is changed."""

    def look() -> None:
        folder = os.path.dirname(path)
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.path.isdir(folder):
            raise files.UnreadableFile(f"{folder} is no folder")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise files.UnreadableFile(f"{folder} belongs to somebody else")

    _call(account, f"write {path}", look)


def _call(account: User, what: str, work: t.Callable[[], bytes | None]) -> bytes | None:
    """What WORK returns in a child that has become ACCOUNT. Raises Failure within SECONDS."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(account, work, writing)
    os.close(writing)
    try:
        answer = _collect(reading, time.monotonic() + SECONDS)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    kind, content = answer[:1], answer[1:]
    if kind in (_DONE, _NONE):
        return content if kind == _DONE else None
    why = content.decode("utf-8", "replace") if kind == _FAILED else f"no answer within {SECONDS:g} s"
    raise Failure(f"user {account.name} cannot {what}: {why}; check it as that user, nothing was changed there")


def _answer(account: User, work: t.Callable[[], bytes | None], writing: int) -> t.NoReturn:
    """In the child: become ACCOUNT, work, answer, and end without the exit handlers of the parent."""
    try:
        try:
            _become(account)
            result = work()
            answer = _NONE if result is None else _DONE + result
        except OSError as error:
            answer = _FAILED + (error.strerror or str(error)).encode("utf-8", "replace")
        while answer:
            answer = answer[os.write(writing, answer) :]
    finally:
        os._exit(0)


def _become(account: User) -> None:
    """Become ACCOUNT for good: groups, ids, the usual umask. Only root can do that; anybody else must be ACCOUNT
    already."""
    os.umask(0o022)
    os.chdir("/")
    if os.geteuid() == 0:
        os.initgroups(account.name, account.gid)
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, account.uid)


def _collect(reading: int, end: float) -> bytes:
    """What arrives until the other side closes; empty if that takes too long, or is too much."""
    answer = b""
    while len(answer) <= MAXIMUM + 1:
        ready, _writable, _errors = select.select([reading], [], [], max(0.0, end - time.monotonic()))
        part = os.read(reading, 1 << 16) if ready else b""
        if not ready:
            return b""
        if not part:
            return answer
        answer += part
    return b""
