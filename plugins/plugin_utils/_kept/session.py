# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A kept session: one command in the distribution that runs job after job.

If a job has certainly not begun (``NotBegun``), it may be run without the session. If it may have begun, it is not run
again, and the error is that of any other lost command. A distribution may have been terminated since the last job, and
Windows may still accept a Send to it: after a pause a job has to confirm that it begins, which costs one Receive.
"""

from __future__ import annotations

import base64
import json
import secrets
import shlex
import time
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.module_utils._kept import base, service
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._kept.job import (
    Answer,
    AnswerReader,
    BrokenAnswer,
    JobWriter,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    OUTPUT_BYTES,
    CommandOver,
    Completed,
    HostUnreachable,
    NotSent,
    OpenCommand,
    OpeningRunner,
    OutputTooLong,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_stdin

_PAUSE_SECONDS = 0.25
"""Seconds after a job within which nothing can have terminated the distribution: that takes longer."""
_LONGER_SECONDS = 30.0
"""Seconds that the other side waits for the next job longer than the controller, before it ends by itself."""


class NotBegun(Exception):
    """The job has certainly not begun; the message says why in a few words."""


class KeptSession:
    """One Python in one distribution, as one Linux user."""

    def __init__(
        self,
        linux: LinuxRunner,
        runner: OpeningRunner,
        interpreter: str,
        seconds: float,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        """SECONDS: how long it is kept without a job. CLOCK: seconds, for tests."""
        self._clock = clock
        self._last_answer = clock()
        self._linux = linux
        self._runner = runner
        self._interpreter = interpreter
        self._seconds = seconds
        self._writer = JobWriter(interpreter)
        self._reader = AnswerReader("", 0)
        self._command: OpenCommand | None = None

    def start(self) -> None:
        """Start the Python. Raises NotBegun if it does not get ready for jobs, and HostUnreachable."""
        mark = secrets.token_hex(16)
        self._writer = JobWriter(self._interpreter)
        self._reader = AnswerReader(mark, OUTPUT_BYTES)
        silence = self._seconds + _LONGER_SECONDS
        hello = {
            "mark": mark,
            "silence": silence,
            "limit": OUTPUT_BYTES,
            "base": Path(base.__file__).read_text("utf-8"),
        }
        self._command = self._runner.open(self._linux.line)
        try:
            self._command.send(linux_stdin(_service_command(self._interpreter)) + json.dumps(hello).encode() + b"\n")
            while not self._reader.ready():
                self._reader.add(self._command.receive())
            self._last_answer = self._clock()
        except NotSent as error:
            raise self._failed(str(error)) from None
        except CommandOver as over:
            # If the distribution cannot be entered, wsl.exe says why; a run without the session finds any other cause.
            self._linux.result(over.completed)
            said = " ".join(over.completed.stderr.decode("utf-8", "replace").split())
            raise self._failed(f"{self._interpreter} did not start: {said[-200:]}") from None
        except BrokenAnswer as error:
            raise self._failed(str(error)) from None

    def run(
        self, command: str, payload: bytes, given_up: t.Callable[[], bool], before: tuple[str, bytes] | None = None
    ) -> Completed:
        """Run COMMAND (text for /bin/sh) with PAYLOAD as its stdin; GIVEN_UP says whether nobody waits any longer.

        BEFORE: a script for /bin/sh, and its stdin. If it fails, its outcome is returned, and COMMAND does not run.

        :raises NotBegun: it has certainly not begun.
        :raises HostUnreachable: the host or the distribution was lost; the outcome is unknown.
        :raises OutputTooLong: it printed too much and was ended.
        """
        open_command = self._command
        if open_command is None:
            raise NotBegun("there is no session")
        confirm = self._clock() - self._last_answer >= _PAUSE_SECONDS
        try:
            open_command.send(self._writer.write(command, payload, confirm, before))
        except (NotSent, CommandOver) as error:
            raise self._failed(f"the session has ended: {error}") from None
        except HostUnreachable:
            self._command = None
            raise
        except OutputTooLong:
            self.end()
            raise
        answer = self._answer(open_command, confirm, given_up)
        self._last_answer = self._clock()
        return self._completed(answer, command)

    def _answer(self, open_command: OpenCommand, confirm: bool, given_up: t.Callable[[], bool]) -> Answer:
        try:
            while (answer := self._reader.answer(self._writer.number)) is None:
                if given_up():
                    raise self._lost("the kept session was ended")
                self._reader.add(open_command.receive())
        except CommandOver as over:
            self._command = None
            if confirm and self._reader.begun != self._writer.number:
                raise NotBegun("the session has ended") from None
            completed = self._linux.result(over.completed)
            raise self._lost(f"the kept Python ended (exit code {completed.exit_code})") from None
        except BrokenAnswer as error:
            self.end()
            raise self._lost(f"the kept Python is damaged: {error}") from None
        except OutputTooLong:
            self.end()
            raise
        except HostUnreachable:
            self._command = None
            raise
        return answer

    def _completed(self, answer: Answer, command: str) -> Completed:
        if answer.too_long:
            message = f"{self._linux.where}: printed more than {OUTPUT_BYTES >> 20} MiB and was ended: {command[:120]}"
            raise OutputTooLong(f"{message}; look on the laptop what floods it")
        return Completed(answer.code, answer.stdout, answer.stderr)

    def end(self) -> None:
        """End the Python and what it runs."""
        command, self._command = self._command, None
        if command is not None:
            command.end()

    def _failed(self, why: str) -> NotBegun:
        self.end()
        return NotBegun(why)

    def _lost(self, what: str) -> HostUnreachable:
        return HostUnreachable(
            f"{self._linux.where}: {what} before the command did, so the outcome is unknown; run again"
        )


def _service_command(interpreter: str) -> str:
    """The command that starts the service: it gets its program through a pipe and its jobs on descriptor 3."""
    program = base64.b64encode(Path(service.__file__).read_bytes()).decode()
    return "/bin/sh -c " + shlex.quote(f"{{ echo {program}|base64 -d|{interpreter};}} 3<&0")
