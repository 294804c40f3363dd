# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Install an MSI package with msiexec.exe.

msiexec.exe is a program with a window, for which ``start "" /wait`` makes cmd.exe wait and hand on the exit code.
Even so the registry decides whether it worked: the exit code is lost when the package ends our own process.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_errors import MSIEXEC as PROGRAM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_errors import known_error

SUCCESS = 0
RESTART_NEEDED = 3010


def log_path(package: str) -> str:
    """Where the log of the installation of PACKAGE lies on the host."""
    return package.rpartition(".")[0] + ".log"


def install(runner: CommandRunner, package: str, timeout: float) -> bool:
    """Install PACKAGE, a path on the host, without a window and without a restart; True when one is needed.

    :raises StepFailed: msiexec.exe ended with an error.
    """
    options = ["/qn", "/norestart", "REBOOT=ReallySuppress", "/l*v", log_path(package)]
    line = cmd_line("start", ["", "/wait", f"{SYSTEM32}\\msiexec.exe", "/i", package, *options])
    code = runner.run(line, timeout=timeout).exit_code
    if code not in (SUCCESS, RESTART_NEEDED):
        known = known_error(str(code), PROGRAM)
        said = f"{known.meaning}; {known.remedy}" if known else "see the log"
        raise StepFailed(
            f"installing {package} failed: msiexec.exe ended with {code}: {said}; log: {log_path(package)}"
        )
    return code == RESTART_NEEDED
