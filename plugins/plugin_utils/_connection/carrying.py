# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A command and the steps that waited for it, in one launch. If a step fails, each runs by itself and says why."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import LONGEST_COMMAND, Before, Step, before
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.files import LinuxFiles, TransferError, reason
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.large_files import BulkRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable

if t.TYPE_CHECKING:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._connection.waiting import Waiting


class Runs(t.Protocol):
    """See ``LinuxRunner``."""

    @property
    def where(self) -> str:
        """Distribution and host, for messages."""

    def run(
        self, command: str, payload: bytes = b"", timeout: float | None = None, before: Before | None = None
    ) -> Completed:
        """Run COMMAND with PAYLOAD, after the steps BEFORE."""


class Carrying:
    """Runs commands as LINUX does, and the steps that are WAITING before the next command."""

    def __init__(
        self,
        linux: Runs,
        waiting: Waiting,
        bulk: t.Callable[[], BulkRunner],
        always_base64: bool = False,
        note: t.Callable[[str], None] = lambda _text: None,
    ) -> None:
        """BULK and NOTE: see ``LinuxFiles``."""
        self._linux = linux
        self._waiting = waiting
        self._ordinary = bulk
        self._always_base64 = always_base64
        self._note = note

    @property
    def where(self) -> str:
        """Distribution and host, for messages."""
        return self._linux.where

    def run(self, command: str, payload: bytes = b"", timeout: float | None = None) -> Completed:
        """Run COMMAND (text for /bin/sh) with PAYLOAD as its stdin.

        :raises StepFailed: a step failed.
        :raises HostUnreachable: the temporary folder could not be made; core reports this in the same way.
        """
        steps = self._waiting.take()
        if steps and len(command.encode("utf-8", "surrogateescape")) <= LONGEST_COMMAND:
            together = before(steps, self._in_base64)
            completed = self._linux.run(command, payload, timeout, together)
            failed = together.failed(completed)
            if failed is None:
                return completed
            steps = steps[failed:]
        for step in steps:
            self._do(step)
        return self._linux.run(command, payload, timeout)

    @property
    def _in_base64(self) -> bool:
        return self._always_base64 or self._waiting.in_base64

    def files(self, work: t.Callable[[LinuxFiles], None]) -> None:
        """Do WORK with the files of the distribution. Raises the same as ``LinuxFiles``."""
        files = LinuxFiles(self, self._bulk, self._in_base64, self._note)
        work(files)
        self._waiting.in_base64 = files.in_base64 and not self._always_base64

    def _bulk(self) -> BulkRunner:
        """Do the waiting steps, and return the runner for large files."""
        if self._waiting:
            self.run(":")
        return self._ordinary()

    def _do(self, step: Step) -> None:
        if not step.command:
            try:
                self.files(lambda files: files.put_content(step.content, step.path))
            except TransferError as error:
                raise StepFailed(str(error)) from None
            return
        completed = self._linux.run(step.command)
        if completed.exit_code != 0:
            failure: t.Any = HostUnreachable if "mkdir" in step.command else StepFailed
            raise failure(f"{self.where}: what a module needs cannot be made ready: {reason(completed)}")
