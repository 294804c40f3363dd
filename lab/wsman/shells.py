# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shells of one laptop: who owns them, what they may start, when they expire."""

from __future__ import annotations

import contextlib
import threading
import time
import typing as t
import uuid
from dataclasses import dataclass, field

from lab.machine.state import User
from lab.wsman import soap_faults
from lab.wsman.commands import RunningCommand
from lab.wsman.settings import Settings


@dataclass
class Shell:
    """One open WinRS shell."""

    id: str
    user: User
    idle_timeout: float
    """Seconds without a request after which the shell and its commands end."""
    environment: dict[str, str]
    working_directory: str | None
    code_page: int
    """What the client asked for. On record only: the lab's programs write UTF-8, whatever stands here."""
    created: float = field(default_factory=time.monotonic)
    commands: dict[str, RunningCommand] = field(default_factory=dict)
    started: int = 0
    """Commands ever started; WinRS never counts an operation down while the shell lives."""
    requests: int = 0
    """Requests being answered now: a shell in use does not expire."""
    last_used: float = field(default_factory=time.monotonic)

    def command(self, command_id: str) -> RunningCommand:
        """The command with this id, compared without case. Raises SoapFault."""
        try:
            return self.commands[command_id.upper()]
        except KeyError:
            raise soap_faults.command_not_found() from None

    def close(self) -> None:
        """End every command."""
        for command in list(self.commands.values()):
            command.close()

    def expires(self, now: float) -> float:
        """When it ends at the earliest; all times are monotonic seconds."""
        return (now if self.requests else self.last_used) + self.idle_timeout


class Shells:
    """Every open shell, within the quotas of SETTINGS."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shells: dict[str, Shell] = {}
        self._changed = threading.Condition()
        self._next_look = 0.0
        """When the watch looks again (monotonic seconds). Use only moves an expiry away, so it need not be woken."""
        self._stopped = False

    def start(self) -> None:
        """Watch for shells that expire."""
        self._stopped = False
        threading.Thread(target=self._expire, name="lab shell expiry", daemon=True).start()

    def stop(self) -> None:
        """End every shell and the watch."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self.close_all()

    def add(self, shell: Shell) -> None:
        """Open SHELL. Raises SoapFault when its user has too many."""
        with self._changed:
            of_user = sum(other.user.sid == shell.user.sid for other in self._shells.values())
            if of_user >= self._settings.max_shells_per_user:
                raise soap_faults.too_many_shells()
            self._shells[shell.id.upper()] = shell
            if shell.expires(shell.last_used) < self._next_look:
                self._changed.notify_all()

    @contextlib.contextmanager
    def using(self, shell_id: str, user: User) -> t.Iterator[Shell]:
        """The shell with this id, kept from expiring. Raises SoapFault."""
        with self._changed:
            shell = self._shells.get(shell_id.upper())
            if shell is None:
                raise soap_faults.shell_not_found(shell_id)
            if shell.user.sid != user.sid:
                raise soap_faults.access_denied()
            shell.requests += 1
        try:
            yield shell
        finally:
            with self._changed:
                shell.requests -= 1
                shell.last_used = time.monotonic()

    def admit_command(self, shell: Shell) -> None:
        """Count one more command of SHELL. Raises SoapFault when a quota is used up."""
        with self._changed:
            if sum(command.running for command in shell.commands.values()) >= self._settings.max_processes_per_shell:
                raise soap_faults.too_many_processes()
            started = sum(other.started for other in self._shells.values() if other.user.sid == shell.user.sid)
            if started >= self._settings.max_operations_per_user:
                raise soap_faults.too_many_operations()
            shell.started += 1

    def close(self, shell: Shell) -> None:
        """Delete SHELL: its job object ends every command."""
        with self._changed:
            self._shells.pop(shell.id.upper(), None)
        shell.close()

    def close_all(self) -> None:
        """Delete every shell, as power-off does."""
        with self._changed:
            shells = list(self._shells.values())
        for shell in shells:
            self.close(shell)

    def wake(self) -> None:
        """Let every waiting Receive look whether its client is still there."""
        with self._changed:
            commands = [command for shell in self._shells.values() for command in list(shell.commands.values())]
        for command in commands:
            command.wake()

    def __len__(self) -> int:
        return len(self._shells)

    def _expire(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                now = time.monotonic()
                expired = [shell for shell in self._shells.values() if shell.expires(now) <= now]
                if not expired:
                    self._next_look = min((shell.expires(now) for shell in self._shells.values()), default=float("inf"))
                    self._changed.wait(min(self._next_look - now, threading.TIMEOUT_MAX))
            for shell in expired:
                self.close(shell)


def new_id() -> str:
    """An id as Windows writes it."""
    return str(uuid.uuid4()).upper()
