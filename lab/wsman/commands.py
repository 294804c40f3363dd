# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One WinRS command: its input from Send, its output to Receive."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import dataclass

from lab.machine.process import Command
from lab.machine.streams import Pipe
from lab.wsman import soap_faults

CONTROL_C_EXIT = 0xC000013A  # STATUS_CONTROL_C_EXIT


@dataclass(frozen=True)
class Output:
    """What one Receive brings. ``exit_code`` (unsigned, 32 bit) is None while the command runs or has more to say."""

    stdout: bytes
    stderr: bytes
    exit_code: int | None


class ClientGone(Exception):
    """The connection of a waiting request was dropped; nobody is there to be answered."""


class Input:
    """Feeds stdin from a thread of its own: a child that reads nothing blocks its writer, never the service."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._condition = threading.Condition()
        self._pending: tuple[bytes, bool] | None = None
        self._thread: threading.Thread | None = None
        self._ended = False
        self._broken = False

    def send(self, data: bytes, end: bool, timeout: float) -> None:
        """Write DATA, then close when END. Raises SoapFault; after a time-out the data is still written later."""
        with self._condition:
            if self._pending is not None:
                raise soap_faults.busy()
            if not self._ended:
                self._hand_over(data, end, timeout)
            elif data:
                raise soap_faults.pipe_ended()

    def _hand_over(self, data: bytes, end: bool, timeout: float) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="lab stdin", daemon=True)
            self._thread.start()
        self._pending = (data, end)
        self._condition.notify_all()
        if not self._condition.wait_for(lambda: self._pending is None, timeout):
            raise soap_faults.operation_timeout()
        if self._broken and data:
            raise soap_faults.pipe_ended()

    def close(self) -> None:
        """End the thread; the command is over."""
        with self._condition:
            self._ended = True
            self._condition.notify_all()
        self._pipe.abandon()

    def _write(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._pending is not None or self._ended)
                if self._pending is None:
                    return
                data, end = self._pending
            try:
                self._pipe.write(data)
                broken = False
            except BrokenPipeError:
                broken = True
            if end:
                self._pipe.close()
            with self._condition:
                self._pending = None
                self._broken = broken
                self._ended = self._ended or end or broken
                self._condition.notify_all()


class RunningCommand:
    """A command between Command and Signal terminate."""

    def __init__(self, command_id: str, command: Command) -> None:
        self.id = command_id
        self.command = command
        self.received = 0
        """Bytes of output that clients were given."""
        self._input = Input(command.stdin)
        self._changed = threading.Event()
        self._receiving = threading.Lock()
        self._closed = False
        self._interrupted = False
        command.stdout.changed = command.stderr.changed = self._changed

    @property
    def running(self) -> bool:
        """True until the program has ended."""
        return not self.command.done.is_set()

    def send(self, data: bytes, end: bool, timeout: float) -> None:
        """Give DATA to the program; TIMEOUT in seconds. Raises SoapFault."""
        self._input.send(data, end, timeout)

    def receive(self, limit: int, timeout: float, gather: float, client_gone: t.Callable[[], bool]) -> Output:
        """Up to LIMIT bytes of output, as soon as there are any; times in seconds. Raises SoapFault, ClientGone."""
        deadline = time.monotonic() + timeout
        if not self._receiving.acquire(timeout=timeout):
            raise soap_faults.operation_timeout()
        try:
            output = self._receive(limit, deadline, gather, client_gone)
        finally:
            self._receiving.release()
        self.received += len(output.stdout) + len(output.stderr)
        return output

    def _receive(self, limit: int, deadline: float, gather: float, client_gone: t.Callable[[], bool]) -> Output:
        stdout = stderr = b""
        until = deadline
        while True:
            self._changed.clear()
            self._raise_if_over(client_gone)
            stdout += _take(self.command.stdout, limit - len(stdout) - len(stderr))
            stderr += _take(self.command.stderr, limit - len(stdout) - len(stderr))
            if self._interrupted:
                return Output(stdout, stderr, CONTROL_C_EXIT)
            if self.command.stdout.finished and self.command.stderr.finished:
                return self._last(stdout, stderr, deadline)
            now = time.monotonic()
            if stdout or stderr:
                until = min(until, now + gather) if until == deadline else until
            if len(stdout) + len(stderr) >= limit or (now >= until and (stdout or stderr)):
                return Output(stdout, stderr, None)
            if now >= deadline:
                raise soap_faults.operation_timeout()
            self._changed.wait(until - now)

    def _raise_if_over(self, client_gone: t.Callable[[], bool]) -> None:
        if client_gone():
            raise ClientGone
        if self._closed:
            raise soap_faults.aborted()

    def _last(self, stdout: bytes, stderr: bytes, deadline: float) -> Output:
        """What a program whose output has ended wrote last, with its exit code where that comes in time."""
        if not self.command.done.wait(max(deadline - time.monotonic(), 1.0)):
            if stdout or stderr:
                return Output(stdout, stderr, None)
            raise soap_faults.operation_timeout()
        if self.command.exit_code is None:
            raise RuntimeError(f"lab: the simulation of {self.command.line!r} died; its traceback is on stderr")
        return Output(stdout, stderr, self.command.exit_code & 0xFFFFFFFF)

    def wake(self) -> None:
        """Let a waiting Receive look again whether its client is still there."""
        self._changed.set()

    def interrupt(self) -> None:
        """Ctrl-C or Ctrl-Break: the program ends, the command stays until it is terminated."""
        if self.running:
            self._interrupted = True
            self.command.kill()
            self._changed.set()

    def close(self) -> None:
        """End the program if it runs, and the command with it."""
        self._closed = True
        if self.running:
            self.command.kill()
        self._input.close()
        self._changed.set()


def _take(pipe: Pipe, limit: int) -> bytes:
    """What PIPE holds at this moment, up to LIMIT bytes."""
    return (pipe.read(limit, timeout=0) or b"") if limit > 0 else b""
