# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault connection_cut: a laptop that leaves the network in the middle of a command.

Settings, all optional: ``match`` (text in the command line), ``seconds`` (strikes the first matching command that
runs this long; 0), ``after_bytes`` (strikes instead when this much output was asked for, which never arrives),
``after_input`` (strikes instead when the command was given this many bytes), ``away`` (seconds for which the laptop
refuses connections; 0), ``kill_after`` (seconds until the shells end and their commands with them, null: not before
their IdleTimeOut; 0), ``count``.
"""

from __future__ import annotations

import threading
import typing as t

from lab.machine.faults import Faults
from lab.machine.process import Command

NAME = "connection_cut"

Cut = t.Callable[[float, t.Optional[float]], None]
"""Called with (away, kill_after), both in seconds."""


class Watched(t.Protocol):
    """A command over some connection."""

    command: Command
    received: int
    """Bytes of output that its client was given."""


class ConnectionCut:
    """Watches the commands of one laptop for the moment to cut."""

    def __init__(self, faults: Faults, cut: Cut) -> None:
        self._faults = faults
        self._cut = cut

    def command_started(self, running: Watched) -> None:
        """Set the clock of a matching command. A command that ends in time is left alone and uses up no ``count``."""
        settings = self._wanted(running)
        if settings is None or "after_bytes" in settings or "after_input" in settings:
            return
        seconds = float(settings.get("seconds", 0))
        threading.Thread(target=self._wait, args=(running, seconds), name="lab connection_cut", daemon=True).start()

    def output_taken(self, running: Watched) -> None:
        """Cut before the answer leaves when the command has given ``after_bytes``."""
        self._count(running, "after_bytes", running.received)

    def input_given(self, running: Watched) -> None:
        """Cut before the answer leaves when the command was given ``after_input``."""
        self._count(running, "after_input", running.command.stdin.total)

    def _count(self, running: Watched, setting: str, size: int) -> None:
        settings = self._wanted(running)
        if settings is not None and size >= settings.get(setting, float("inf")):
            self._strike(running)

    def _wanted(self, running: Watched) -> dict[str, t.Any] | None:
        settings = self._faults.peek(NAME)
        return settings if settings is not None and settings.get("match", "") in running.command.line else None

    def _wait(self, running: Watched, seconds: float) -> None:
        if not running.command.done.wait(seconds):
            self._strike(running)

    def _strike(self, running: Watched) -> None:
        settings = self._faults.strike(NAME, running.command.line)
        if settings is None:
            return
        kill_after = settings.get("kill_after", 0)
        self._cut(float(settings.get("away", 0)), None if kill_after is None else float(kill_after))
