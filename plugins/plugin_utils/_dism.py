# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Optional features of Windows through dism.exe, in English by its own option, never through localised text."""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_errors import DISM as PROGRAM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_errors import known_error

DISM = f"{SYSTEM32}\\dism.exe"
SUCCESS = 0
RESTART_NEEDED = 3010
CBS_LOG = "C:\\Windows\\Logs\\CBS\\CBS.log"
_STATE = re.compile(r"^State : (.+?)\s*$", re.MULTILINE)
_ERROR = re.compile(r"^Error: (\S+)", re.MULTILINE)


def enabled_or_pending(runner: CommandRunner, feature: str) -> bool:
    """Whether FEATURE is enabled, also when only after the next restart; False where dism.exe does not say."""
    args = ["/English", "/Online", "/Get-FeatureInfo", f"/FeatureName:{feature}"]
    completed = runner.run(cmd_line(DISM, args), timeout=300)
    found = _STATE.search(completed.stdout.decode("utf-8", "replace"))
    return found is not None and found.group(1) in ("Enabled", "Enable Pending")


def enable(runner: CommandRunner, feature: str, all_parents: bool, timeout: float) -> bool:
    """Enable FEATURE; True when it takes effect after a restart only.

    :raises StepFailed: dism.exe failed.
    """
    args = ["/English", "/Online", "/NoRestart", "/Enable-Feature", f"/FeatureName:{feature}"]
    completed = runner.run(cmd_line(DISM, args + (["/All"] if all_parents else [])), timeout=timeout)
    if completed.exit_code not in (SUCCESS, RESTART_NEEDED):
        raise StepFailed(f"enabling the Windows feature {feature} failed: {_reason(completed)}")
    return completed.exit_code == RESTART_NEEDED


def _reason(completed: Completed) -> str:
    text = completed.stdout.decode("utf-8", "replace").replace("\r", "")
    found = _ERROR.search(text)
    code = found.group(1).lower() if found else str(completed.exit_code)
    known = known_error(code, PROGRAM)
    said = f"{known.meaning}; {known.remedy}" if known else f"see the last error lines of {CBS_LOG} on the host"
    return f"dism.exe ended with {completed.exit_code}, error {code}: {said}"
