# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Run one management command of wsl.exe and turn its failure into one line."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import run_told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import UTF8, decode_text, error_code
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import explain
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.meter import WslMeter

SET_UTF8 = "".join(f"set {name}={value}&" for name, value in UTF8.items())


def wsl_line(executable: str, args: t.Sequence[str]) -> str:
    """The line that runs EXECUTABLE (a wsl.exe) with ARGS and UTF-8 output."""
    return cmd_line(executable, args, UTF8)


def later_wsl_line(executable: str, args: t.Sequence[str]) -> str:
    """The same after SET_UTF8 or another ``wsl_line``: a variable that is set once applies to the whole line."""
    return wsl_line(executable, args)[len(SET_UTF8) :]


def wsl_text(completed: Completed) -> str:
    """The whole output of wsl.exe; its errors are on stdout, its warnings on stderr."""
    return decode_text(completed.stdout) + decode_text(completed.stderr)


class WslFailed(StepFailed):
    """wsl.exe failed; ``code`` is the code in its output: ``Wsl/…/CODE``, or empty."""

    def __init__(self, message: str, code: str) -> None:
        """As a StepFailed."""
        super().__init__(message)
        self.code = code


def wsl_failure(what: str, completed: Completed) -> WslFailed:
    """The failure of WHAT ("importing Debian"), explained by the error code of wsl.exe."""
    text = wsl_text(completed)
    code = error_code(text)
    known = explain(code, text, completed.exit_code)
    where = f" [{code}]" if code else f" [exit code {completed.exit_code}]"
    return WslFailed(f"{what} failed{where}: {known}", code or "")


def run_wsl(
    runner: CommandRunner, executable: str, args: t.Sequence[str], what: str, timeout: float | None = 600
) -> str:
    """Run wsl.exe with ARGS and return its output; raises StepFailed if its exit code is not 0."""
    completed = run_told(runner, wsl_line(executable, args), b"", timeout, WslMeter(what))
    if completed.exit_code != 0:
        raise wsl_failure(what, completed)
    return wsl_text(completed)
