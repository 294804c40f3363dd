# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The process on the controller that keeps a session between the tasks of a playbook.

A task forks it, so passwords need not pass through a command line, an environment or a file. It keeps no open file,
terminal or display of the task. It ends after some time without jobs, with the playbook, when its socket is gone, on
request, and when the laptop is lost; a job that runs then is ended too.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
import typing as t
from pathlib import Path

from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept import client, session
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

_LOOK_SECONDS = 2.0
"""How often it checks that the playbook and the socket still exist."""
_END_SECONDS = 30.0
"""How long the end of a session may take: a silent Receive, and the requests that end the shell."""


class Session(t.Protocol):
    """What a broker keeps; see ``KeptSession``."""

    def start(self) -> None:
        """Open it."""

    def run(
        self, command: str, payload: bytes, given_up: t.Callable[[], bool], before: tuple[str, bytes] | None = None
    ) -> Completed:
        """Run COMMAND with PAYLOAD as its input, after the script BEFORE with its own."""

    def end(self) -> None:
        """Close it."""


def start(listener: socket.socket, kept: client.Kept, make: t.Callable[[], Session], seconds: float) -> None:
    """Fork the broker, which serves on LISTENER. MAKE makes a session and is called in the broker only."""
    playbook = os.getppid()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    code = 1
    try:
        os.setsid()
        if os.fork() == 0:
            _let_go(listener.fileno())
            Broker(listener, kept, make, seconds, playbook).serve()
        code = 0
    finally:
        os._exit(code)


def _let_go(kept: int) -> None:
    """Close every descriptor of the task except KEPT, in particular the pipes to the playbook."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    os.closerange(3, kept)
    _forget_tracker()
    os.closerange(kept + 1, max(kept + 2, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 65536 else 65536))
    display: t.Any = Display()
    # The queue to the playbook is closed. Messages are shown by the task.
    for name in ("display", "warning", "deprecated", "error"):
        setattr(display, name, lambda *_args, **_keywords: None)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def _forget_tracker() -> None:
    """Let Python start its own tracker of shared memory if the task had one, because the pipe to that is closed here.

    Core hands ssh the password through shared memory.
    """
    tracker: t.Any = getattr(sys.modules.get("multiprocessing.resource_tracker"), "_resource_tracker", None)
    for name in {"_fd", "_pid"} & set(vars(tracker) if tracker else ()):
        setattr(tracker, name, None)
    # Python starts it with the file of sys.stderr.
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww"))


class Broker:
    """Serves one session on one socket."""

    def __init__(
        self,
        listener: socket.socket,
        kept: client.Kept,
        make: t.Callable[[], Session],
        seconds: float,
        playbook: int,
    ) -> None:
        self._listener = listener
        self._path = kept.path
        self._made = _made(kept.path)
        self._identity = kept.identity
        self._make = make
        self._seconds = seconds
        self._playbook = playbook
        self._session: Session | None = None
        self._refused = ""
        """Why there can be no session, once that is known."""
        self._busy = False
        """A task may send a job now, or its job runs."""
        self._running: socket.socket | None = None
        """The task whose job runs."""
        self._open: set[socket.socket] = set()
        """Tasks that have no answer yet."""
        self._answered: list[socket.socket] = []
        self._given_up = threading.Event()
        self._ending = False
        self._waiting: list[socket.socket] = []
        """Connections that wait for the end of the session."""
        self._last_use = time.monotonic()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)

    def serve(self) -> None:
        """Serve until it is time to end."""
        # Signals arrive as bytes on a socket, because a handler may never be called: Python 3.13 loses signals in a
        # process that was forked by a thread.
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        try:
            while not self._over():
                running = self._running
                watched = [self._listener, self._woken, *([running] if running else [])]
                ready = select.select(watched, [], [], _LOOK_SECONDS)[0]
                if self._woken in ready:
                    if signal.SIGTERM in self._woken.recv(64):
                        self._stop()
                    self._close_answered()
                if running in ready and running is self._running:
                    # A task sends nothing while its job runs, so this is its end.
                    self._stop()
                if self._listener in ready:
                    self._accept()
        finally:
            self._end()

    def _stop(self) -> None:
        """End soon: the thread of a running job gives up after its next receive."""
        if not self._ending:
            self._ending = True
            self._given_up.set()
            _in_any_case()

    def _over(self) -> bool:
        if self._open:
            return False
        silent = time.monotonic() - self._last_use
        return self._ending or silent >= self._seconds or not self._alive() or not self._there()

    def _alive(self) -> bool:
        try:
            os.kill(self._playbook, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    def _there(self) -> bool:
        try:
            return _made(self._path) == self._made
        except OSError:
            return False

    # -- tasks ---------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        connection, _address = self._listener.accept()
        try:
            connection.settimeout(client.GREETING_SECONDS)
            if client.peer(connection) != os.geteuid():
                connection.close()
                return
            header, _data = client.receive(connection)
            answer = self._answer(header)
            client.send(connection, {"answer": answer})
        except (OSError, ValueError, EOFError):
            connection.close()
            return
        if answer != "go":
            connection.close()
        elif header.get("wish") == "end":
            self._waiting.append(connection)
            self._stop()
        else:
            self._busy = True
            self._open.add(connection)
            threading.Thread(target=self._work, args=(connection,), daemon=True).start()

    def _answer(self, header: dict[str, t.Any]) -> str:
        if header.get("identity") != self._identity:
            return "the session belongs to other credentials"
        if header.get("wish") == "end":
            return "go"
        if self._ending:
            return "the session is ending"
        return "the session is busy with another task" if self._busy else self._refused or "go"

    def _work(self, connection: socket.socket) -> None:
        """Take the job of a task, run it, answer. On a thread of its own."""
        header: dict[str, t.Any] = {}
        data = b""
        try:
            wanted, payload = client.receive(connection)
            connection.settimeout(None)
            self._running = connection
            self._wake.send(b"x")
            completed = self._run(wanted, payload)
            header = {"kind": "done", "code": completed.exit_code, "out": len(completed.stdout)}
            data = completed.stdout + completed.stderr
        except session.NotBegun as error:
            header = {"kind": "NotBegun", "message": str(error)}
        except (HostUnreachable, StepFailed) as error:
            header = {"kind": type(error).__name__, "message": str(error)}
        except Exception as error:  # noqa: BLE001 - told to the task
            header = {"kind": "HostUnreachable", "message": f"the kept session failed: {type(error).__name__}: {error}"}
            self._ending = True
        self._last_use = time.monotonic()
        self._running, self._busy = None, False
        with contextlib.suppress(OSError):  # the task is gone
            client.send(connection, header, data)
        # The other thread may be waiting on it, so that thread closes it.
        self._answered.append(connection)
        self._wake.send(b"x")

    def _close_answered(self) -> None:
        while self._answered:
            connection = self._answered.pop()
            self._open.discard(connection)
            connection.close()

    def _run(self, wanted: dict[str, t.Any], data: bytes) -> Completed:
        if self._session is None:
            self._session = self._started()
        try:
            split = int(wanted.get("stdin", 0))
            before = (str(wanted["before"]), data[:split]) if "before" in wanted else None
            return self._session.run(str(wanted["command"]), data[split:], self._given_up.is_set, before)
        except (session.NotBegun, HostUnreachable):
            self._forget()
            raise

    def _started(self) -> Session:
        """A new session. Raises NotBegun if it does not start for any reason: the job has not begun then."""
        made = self._make()
        try:
            made.start()
        except HostUnreachable as error:
            # Without a kept session the task gets the same error, with the usual message.
            self._ending = True
            raise session.NotBegun(str(error)) from None
        except Exception as error:  # noqa: BLE001 - told to the task
            self._refused = str(error) if isinstance(error, (session.NotBegun, StepFailed)) else repr(error)
            made.end()
            raise session.NotBegun(self._refused) from None
        return made

    def _forget(self) -> None:
        """The next job gets a new session."""
        ended, self._session = self._session, None
        if ended is not None:
            ended.end()

    # -- the end -------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """Take no more tasks, then end the session and the process, within a time limit."""
        _in_any_case()
        if self._there():
            self._path.unlink()
        self._listener.close()
        self._forget()
        for connection in self._waiting:
            connection.close()
        os._exit(0)


def _in_any_case() -> None:
    """End the process, even if the laptop does not answer."""
    timer = threading.Timer(_END_SECONDS, os._exit, (1,))
    timer.daemon = True
    timer.start()


def _made(path: Path) -> tuple[int, int]:
    """Identifies the socket at PATH. With the time, because the inode number may be that of an earlier one."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns
