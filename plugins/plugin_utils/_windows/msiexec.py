# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Install, repair and remove MSI packages with msiexec.exe.

msiexec.exe has a window, so cmd.exe only waits for it with ``_port.cmd_line.waited_for``. Even then the registry
decides whether it worked: the exit code is lost if the package ends our own process, and the service of Windows
Installer goes on if the connection is lost.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, waited_for
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, CommandTimeout
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import installation
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.program_errors import MSIEXEC as PROGRAM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.program_errors import known_error
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32

ANOTHER_RUNS = 1618
_QUIET = ("/qn", "/norestart", "REBOOT=ReallySuppress")
_LOG_LINES = 3
# Not translated: the action that failed, "Product: NAME -- Error 1925. …" in any language, and the outcome.
_TELLING = re.compile(r"returned actual error code| -- \S+? ?\d{4}\b|\bis returning (?!0\b)\d+")


def install(runner: CommandRunner, package: str, timeout: float, properties: t.Sequence[str] = ()) -> bool:
    """Install PACKAGE, a path on the host, without a window or restart. Returns True if a restart is needed.

    :arg properties: each ``NAME=value``.
    :raises StepFailed: msiexec.exe ended with an error.
    """
    return _run(runner, ["/i", package, *properties], log_path(package), f"installing {package}", timeout)


def repair(runner: CommandRunner, package: str, timeout: float) -> bool:
    """Write the files of the installed PACKAGE, a path on the host, again. Returns True if a restart is needed."""
    return _run(runner, ["/fvamus", package], log_path(package), f"repairing from {package}", timeout)


def remove(runner: CommandRunner, product_code: str, log: str, timeout: float) -> bool:
    """Remove the product with PRODUCT_CODE (``{GUID}``), log to LOG. Returns True if a restart is needed."""
    return _run(runner, ["/x", product_code], log, f"removing {product_code}", timeout)


def log_path(package: str) -> str:
    """The path of the log of the installation of PACKAGE on the host."""
    return package.rpartition(".")[0] + ".log"


def _run(runner: CommandRunner, action: list[str], log: str, what: str, timeout: float) -> bool:
    line = waited_for(f"{SYSTEM32}\\msiexec.exe", [*action, *_QUIET, "/l*v", log])
    try:
        code = installation.run_alone(
            runner, line, timeout, lambda completed: completed.exit_code == ANOTHER_RUNS
        ).exit_code
    except CommandTimeout:
        raise StepFailed(
            f"{what} did not end within {timeout:g} s; Windows Installer may continue alone: run again; log: {log}"
        ) from None
    if code not in (installation.SUCCESS, installation.RESTART_NEEDED):
        known = known_error(str(code), PROGRAM) or "see the log"
        raise StepFailed(f"{what} failed: msiexec.exe ended with {code}: {known}; {_log_end(runner, log)}")
    return code == installation.RESTART_NEEDED


def _log_end(runner: CommandRunner, log: str) -> str:
    """The last errors in LOG. ``type`` converts its UTF-16 to UTF-8."""
    said = " | ".join(telling_lines(installation.log_lines(runner, cmd_line("type", [log]))))
    return f"the log {log} ends with: {said}" if said else f"log: {log}"


def telling_lines(lines: list[str]) -> list[str]:
    """The last of the LINES of a verbose log with an error, in any display language; otherwise its last lines."""
    telling = [line for line in lines if _TELLING.search(line)]
    return (telling or lines)[-_LOG_LINES:]
