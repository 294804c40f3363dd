# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Privilege escalation that asks for a password: the prompt, the answer, and the outcome.

Core's become plugins know the prompts in every language, the marker that the command prints once it runs as the other
user, and the messages about a wrong password. There is no terminal: ``sudo -S`` and ``su`` read the password from
stdin, so nothing else may be sent before the marker was seen.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed


class BecomePrompt:
    """The dialogue with one command, which core's become plugin BECOME has built."""

    def __init__(self, become: t.Any, where: str, seconds: float) -> None:
        self.opening = b""
        self.seconds = seconds
        self._become = become
        self._where = where
        self._password: str | None = become.get_option("become_pass")
        self._read: tuple[int, int] | None = None
        """Lengths of stdout and stderr when the password was sent."""

    def reply(self, stdout: bytes, stderr: bytes) -> bytes | None:
        """The password if there is a prompt, None once the command runs. Raises StepFailed if it never will."""
        if self._become.check_success(stdout):
            return None
        if not self._asks(stdout, stderr):
            self.check(stdout + stderr)
            return b""
        if not self._password:
            raise self._missing()
        if self._read is not None:
            raise self._wrong()
        self._read = (len(stdout), len(stderr))
        return self._password.encode() + b"\n"

    def late(self) -> StepFailed:
        """The error when the time is over."""
        return StepFailed(
            f"{self._where}: {self._become.name} ran nothing and showed no known prompt within {self.seconds:g} s:"
            " check become_flags and the language of the prompt, or raise ansible_wsl_become_success_timeout"
        )

    def check(self, said: bytes) -> None:
        """Raise StepFailed if SAID contains that the password is wrong or missing."""
        if self._become.check_missing_password(said):
            raise self._missing()
        if self._become.check_incorrect_password(said):
            raise self._wrong() if self._password else self._missing()

    def result(self, completed: Completed) -> Completed:
        """COMPLETED without prompt and marker. Raises StepFailed if the password was not accepted."""
        if not self._become.check_success(completed.stdout):
            self.check(completed.stdout + completed.stderr)
            return completed
        marker = re.escape(self._become.success.encode())
        stdout = re.sub(rb"[^\n]*" + marker + rb"[^\n]*\n?", b"", completed.stdout, count=1)
        return replace(completed, stdout=stdout, stderr=self._without_prompt(completed.stderr))

    def _asks(self, stdout: bytes, stderr: bytes) -> bool:
        out, err = self._read or (0, 0)
        prompts = (stdout[out:], stderr[err:])
        return bool(self._become.prompt) and any(self._become.check_password_prompt(text) for text in prompts)

    def _without_prompt(self, stderr: bytes) -> bytes:
        if self._read is None:
            return stderr
        prompt = self._become.prompt
        if isinstance(prompt, str):
            return re.sub(re.escape(prompt.encode()) + rb"\s*", b"", stderr, count=1)
        # su of ansible-core 2.16 does not say which text was the prompt: it is the line that was answered.
        asked, rest = stderr[: self._read[1]], stderr[self._read[1] :]
        return asked[: asked.rfind(b"\n") + 1] + rest.lstrip()

    def _wrong(self) -> StepFailed:
        return StepFailed(
            f"{self._where}: the password for {self._become.name} is wrong: check ansible_become_password"
        )

    def _missing(self) -> StepFailed:
        return StepFailed(f"{self._where}: {self._become.name} asks for a password: set ansible_become_password")
