# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Optional features of Windows by dism.exe, with its option for English, so the text is not localised.

The service TrustedInstaller does the work. It goes on if the connection is lost, and the next run finds it pending.
"""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import installation
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.program_errors import DISM as PROGRAM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.program_errors import known_error
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32

DISM = f"{SYSTEM32}\\dism.exe"
CBS_LOG = "C:\\Windows\\Logs\\CBS\\CBS.log"
ANOTHER_RUNS = ("0x80070652", "1618")
_LOG_LINES = 2
_STATE = re.compile(r"^State : (.+?)\s*$", re.MULTILINE)
_ERROR = re.compile(r"^Error: (\S+)", re.MULTILINE)


def enabled_or_pending(runner: CommandRunner, feature: str) -> bool:
    """Whether FEATURE is enabled, now or after the next restart; False if dism.exe does not say."""
    args = ["/English", "/Online", "/Get-FeatureInfo", f"/FeatureName:{feature}"]
    completed = runner.run(cmd_line(DISM, args), timeout=300)
    found = _STATE.search(completed.stdout.decode("utf-8", "replace"))
    return found is not None and found.group(1) in ("Enabled", "Enable Pending")


def enable(runner: CommandRunner, feature: str, all_parents: bool, timeout: float) -> bool:
    """Enable FEATURE. Returns True if it takes effect only after a restart.

    :raises StepFailed: dism.exe failed.
    """
    args = ["/English", "/Online", "/NoRestart", "/Enable-Feature", f"/FeatureName:{feature}"]
    line = cmd_line(DISM, args + (["/All"] if all_parents else []))
    completed = installation.run_alone(runner, line, timeout, lambda completed: _error(completed) in ANOTHER_RUNS)
    if completed.exit_code not in (installation.SUCCESS, installation.RESTART_NEEDED):
        code = _error(completed)
        known = known_error(code, PROGRAM)
        said = f": {known}" if known else ""
        raise StepFailed(
            f"enabling the Windows feature {feature} failed: dism.exe ended with {completed.exit_code},"
            f" error {code}{said}; {_log_end(runner)}"
        )
    return completed.exit_code == installation.RESTART_NEEDED


def _error(completed: Completed) -> str:
    """The error in the output of dism.exe, otherwise its exit code; lower case."""
    found = _ERROR.search(completed.stdout.decode("utf-8", "replace").replace("\r", ""))
    return found.group(1).lower() if found else str(completed.exit_code)


def _log_end(runner: CommandRunner) -> str:
    """The last errors in the log of component servicing, which is English everywhere."""
    lines = installation.log_lines(runner, cmd_line(f"{SYSTEM32}\\findstr.exe", ["/c:, Error ", CBS_LOG]))[-_LOG_LINES:]
    return f"{CBS_LOG} ends with: {' | '.join(lines)}" if lines else f"there is no error in {CBS_LOG}"
