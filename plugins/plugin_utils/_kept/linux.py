# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Commands of a task in a distribution: through the kept session if there is one, otherwise each by itself."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.client import Kept, KeptFailed, NotKept
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.program import Program, program
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

if t.TYPE_CHECKING:
    import socket

    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Before
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner

Start = t.Callable[["socket.socket", Program], None]
"""Starts a broker on a listening socket, for the interpreter of a program."""


class KeptLinux:
    """Runs commands as ``LinuxRunner`` does."""

    def __init__(
        self, kept: Kept, ordinary: t.Callable[[], LinuxRunner], start: Start, note: t.Callable[[str], None]
    ) -> None:
        """NOTE gets the reason when a command that the kept session could run is run without it."""
        self._kept = kept
        self._ordinary = ordinary
        self._start = start
        self._note = note

    @property
    def where(self) -> str:
        """Distribution and host, for messages."""
        return self._ordinary().where

    def run(
        self, command: str, payload: bytes = b"", timeout: float | None = None, before: Before | None = None
    ) -> Completed:
        """See ``LinuxRunner.run``. The first Python program starts a session; it runs no command with a time limit."""
        python = program(command)
        if timeout is not None:
            return self._ordinary().run(command, payload, timeout, before)
        try:
            start = None if python is None else lambda listener: self._start(listener, python)
            return Completed(*self._kept.run(command, payload, start, before))
        except NotKept as error:
            if python is not None:
                self._note(f"not through the kept session: {error}")
        except KeptFailed as error:
            failure = StepFailed if error.kind in ("OutputTooLong", "StepFailed") else HostUnreachable
            raise failure(str(error)) from None
        return self._ordinary().run(command, payload, None, before)
