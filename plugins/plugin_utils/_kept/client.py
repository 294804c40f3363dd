# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A task's side of a kept session: finds the broker by its socket, or starts one.

The socket is in Ansible's temporary folder of this playbook, which only the user may enter and which is deleted with
the playbook. Its name does not depend on the password; the identity, which does, is only compared between two
processes of one user. This file is small and does not need pywinrm: every task loads it in its process.

A task sends its identity first, and its job only after ``go``, so nothing is lost if a broker ends before that.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
import struct
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Before

GREETING_SECONDS = 5.0
"""How long a broker may take to say whether it is free."""
_LONGEST_PATH = 100
_MOST = 64 << 20


class NotKept(Exception):
    """The job has certainly not begun, so it may run without a kept session; the message says why in a few words."""


class KeptFailed(Exception):
    """The job may have begun. ``kind`` is the name of the port's exception."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Kept:
    """The kept session of one place."""

    def __init__(self, folder: Path, place: t.Sequence[t.Any], secrets: t.Sequence[t.Any]) -> None:
        """PLACE: host, port, accounts, distribution; SECRETS: everything else that decides what Windows allows."""
        self.path = folder / f"wsl-{_digest(place)[:16]}"
        self.identity = _digest([place, secrets])

    def run(
        self,
        command: str,
        payload: bytes,
        start: t.Callable[[socket.socket], None] | None,
        before: Before | None = None,
    ) -> tuple[int, bytes, bytes]:
        """Run COMMAND with PAYLOAD as its stdin, after the steps BEFORE: exit code, stdout, stderr.

        START makes a broker of a listening socket.

        :raises NotKept: it has not begun.
        :raises KeptFailed: it may have begun.
        """
        with self._connected(start) as connection:
            self._greet(connection, "job")
            try:
                send(connection, *_job(command, payload, before))
                header, data = receive(connection)
            except (OSError, ValueError, EOFError):
                raise KeptFailed(
                    "HostUnreachable",
                    "the process that keeps the session was ended, so the outcome is unknown: run again",
                ) from None
        kind, message = header.get("kind"), str(header.get("message", ""))
        if kind == "NotBegun":
            raise NotKept(message)
        if kind != "done":
            raise KeptFailed(str(kind), message)
        size = int(header["out"])
        return int(header["code"]), data[:size], data[size:]

    def end(self) -> None:
        """End the session, if there is one."""
        with contextlib.suppress(NotKept), self._connected(None) as connection:
            self._greet(connection, "end")
            with contextlib.suppress(OSError):
                connection.settimeout(GREETING_SECONDS)
                connection.recv(1)  # it closes when the session has ended

    def _connected(self, start: t.Callable[[socket.socket], None] | None) -> socket.socket:
        if len(os.fsencode(self.path)) > _LONGEST_PATH:
            raise NotKept(f"{self.path} is too long for the name of a socket")
        connection = self._connect()
        if connection is None and start is not None:
            self._listen(start)
            connection = self._connect()
        if connection is None:
            raise NotKept("there is no session")
        return connection

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self.path))
            if peer(connection) != os.geteuid():
                raise NotKept("another user answers for the session")
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            return None
        except BaseException:
            connection.close()
            raise
        return connection

    def _listen(self, start: t.Callable[[socket.socket], None]) -> None:
        """Make the socket and start the broker; another task may have been quicker."""
        folder = self.path.parent.stat()
        if folder.st_uid != os.geteuid() or stat.S_IMODE(folder.st_mode) & 0o077:
            raise NotKept(f"{self.path.parent} is not the user's alone")
        with socket.socket(socket.AF_UNIX) as listener:
            try:
                with contextlib.suppress(FileNotFoundError):
                    self.path.unlink()  # its broker was killed
                listener.bind(str(self.path))
            except OSError as error:
                raise NotKept(f"no socket can be made at {self.path}: {error.strerror}") from None
            listener.listen(16)
            start(listener)

    def _greet(self, connection: socket.socket, wish: str) -> None:
        try:
            connection.settimeout(GREETING_SECONDS)
            send(connection, {"identity": self.identity, "wish": wish})
            header, _data = receive(connection)
            connection.settimeout(None)
        except (OSError, ValueError, EOFError):
            raise NotKept("the process that keeps the session does not answer") from None
        if header.get("answer") != "go":
            raise NotKept(str(header.get("answer")))


def _job(command: str, payload: bytes, before: Before | None) -> tuple[dict[str, t.Any], bytes]:
    if before is None:
        return {"command": command}, payload
    return {"command": command, "before": before.script, "stdin": len(before.stdin)}, before.stdin + payload


def _digest(values: t.Any) -> str:
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


def peer(connection: socket.socket) -> int:
    """The user at the other end of CONNECTION."""
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(uid)


# -- messages: two lengths, a line of JSON, bytes ------------------------------------------------------------


def send(connection: socket.socket, header: dict[str, t.Any], data: bytes = b"") -> None:
    """Send HEADER and DATA. Raises OSError."""
    described = json.dumps(header).encode()
    # In one piece, because the receiver may answer and close as soon as it has everything.
    connection.sendall(struct.pack("!II", len(described), len(data)) + described + data)


def receive(connection: socket.socket) -> tuple[dict[str, t.Any], bytes]:
    """What the other end has sent. Raises OSError, ValueError, EOFError if it closed the connection."""
    described, size = struct.unpack("!II", _exactly(connection, 8))
    if described + size > _MOST:
        raise ValueError("too long")
    header = json.loads(_exactly(connection, described))
    if not isinstance(header, dict):
        raise ValueError("no header")
    return header, bytes(_exactly(connection, size))


def _exactly(connection: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        read = connection.recv_into(view)
        if not read:
            raise EOFError
        view = view[read:]
    return data
