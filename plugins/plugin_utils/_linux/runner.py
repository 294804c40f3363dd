# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Commands inside a distribution, over the port, and why one did not run.

If the report of the exit code is missing, these signs are not translated: wsl.exe's own failures exit with -1 and
mostly name a code; if cmd.exe does not find or may not start wsl.exe, it exits with 1 and prints nothing on stdout; a
virtual machine that ends during the command gives 1 as well. A second command asks the host which of the last two it
was.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import followed_by
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    Completed,
    ConversingRunner,
    Dialogue,
    HostUnreachable,
    Stdin,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import (
    EXECUTABLE,
    FAILED,
    LinuxNotFinished,
    decode_text,
    error_code,
    linux_line,
    linux_result,
    linux_stdin,
)

if t.TYPE_CHECKING:
    from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.before import Before


class DistributionUnreachable(HostUnreachable):
    """The distribution cannot be entered or was lost; one line with host, distribution, what failed, what to do."""

    def __init__(self, message: str, reason: str) -> None:
        """REASON: an error code of WSL, or ``wsl_absent``, ``wsl_blocked``, ``no_shell``, ``stopped``."""
        super().__init__(message)
        self.reason = reason


class LinuxRunner:
    """Runs commands of one Linux user in one distribution of one host."""

    def __init__(
        self, runner: ConversingRunner, host: str, distribution: str, user: str = "root", executable: str = EXECUTABLE
    ) -> None:
        """Raises CmdLineError for an impossible name of a distribution or user."""
        self._runner = runner
        self._executable = executable
        self._user = user
        self.where = f"distribution {distribution} on {host}"
        self.line = linux_line(distribution, user, executable)

    def run(
        self, command: str, payload: Stdin = b"", timeout: float | None = None, before: Before | None = None
    ) -> Completed:
        """Run COMMAND (text for /bin/sh) with PAYLOAD as its stdin, after the steps BEFORE; the exit code is Linux's.

        :raises DistributionUnreachable: the distribution cannot be entered, or was lost during the command.
        :raises HostUnreachable, CommandTimeout: as the port does.
        """
        stdin = linux_stdin(command) if before is None else linux_stdin(before.followed_by(command)) + before.stdin
        return self.result(self._runner.run(self.line, followed_by(stdin, payload), timeout))

    def converse(self, command: str, dialogue: Dialogue, payload: bytes = b"") -> Completed:
        """Run COMMAND as ``run`` does, with DIALOGUE before PAYLOAD; raises StepFailed if the dialogue gives up."""
        dialogue.opening = linux_stdin(command)
        return self.result(self._runner.converse(self.line, dialogue, payload))

    def end_lost(self) -> None:
        """End the command that ran when the connection was lost, if the host goes on with it. Never raises."""
        end: t.Callable[[], None] = getattr(self._runner, "end_lost", lambda: None)
        end()

    def result(self, completed: Completed) -> Completed:
        """The outcome of the command in the distribution. Raises DistributionUnreachable if it did not end."""
        try:
            return linux_result(completed)
        except LinuxNotFinished:
            raise self._unreachable(completed) from None

    def _unreachable(self, completed: Completed) -> DistributionUnreachable:
        if completed.exit_code == FAILED:
            return self._refused(completed)
        stderr = decode_text(completed.stderr)
        if "execvpe(/bin/sh) failed" in stderr or "base64" in stderr:
            return self._because("it has no /bin/sh or no base64", "install coreutils or use another image", "no_shell")
        if not self._executable_exists():
            what = f"WSL is not installed: there is no {self._executable}"
            return self._because(what, "install WSL, or set ansible_wsl_executable", "wsl_absent")
        if completed.exit_code == 1 and stderr.strip() and not stderr.startswith("wsl: ") and not completed.stdout:
            said = " ".join(stderr.split())[:200]
            what = f"Windows did not start {self._executable} ({said})"
            return self._because(what, "allow it in the application control of this laptop", "wsl_blocked")
        what = f"it stopped before the command ended (exit code {completed.exit_code}), so the outcome is unknown"
        return self._because(what, "run again; a logoff or `wsl.exe --shutdown` on the laptop does this", "stopped")

    def _refused(self, completed: Completed) -> DistributionUnreachable:
        """The error if wsl.exe itself failed; it says why on stdout, after the output of Linux, if any."""
        # Imported here, because Ansible compiles the files of a collection anew in the process of every task.
        from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import explain

        text = decode_text(completed.stdout)
        error = explain(error_code(text), text)
        meaning = error.meaning
        if error.code == "WSL_E_USER_NOT_FOUND":
            meaning = f"the Linux user {self._user} does not exist"
        return self._because(f"{meaning} ({error.code})", error.remedy, error.code)

    def _executable_exists(self) -> bool:
        """Ask the host, because the messages of cmd.exe are translated."""
        return self._runner.run(cmd_line("dir", ["/b", self._executable])).exit_code == 0

    def _because(self, what: str, remedy: str, reason: str) -> DistributionUnreachable:
        return DistributionUnreachable(f"{self.where}: {what}; {remedy}", reason)
