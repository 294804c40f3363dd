# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Install an NVIDIA driver for Windows from an administrator's installer, and check the result.

Only PowerShell can check the signature of an executable on Windows, so the administrator gives the digest of the
installer instead. Windows checks the signature of the driver itself: a package gets into the driver store only if its
signed catalog, and all files in it, are right. Afterwards ``pnputil.exe`` prints who signed it; its labels are
localised, the names of signers are not.
"""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._driver.plan import InstallDriver
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import devices
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, waited_for
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32, read, registry_query

MICROSOFT = "Microsoft Windows Hardware Compatibility Publisher"
"""The signer of all driver packages that passed Microsoft's tests, including NVIDIA's."""
SUCCESS = 0
RESTART_NEEDED = 1
"""Exit codes of NVIDIA's installer, as other deployment packages list them; any other number is a failure."""
_SILENT = ("/s", "/noreboot")


def install(runner: CommandRunner, step: InstallDriver, timeout: float) -> bool:
    """Carry out STEP. Returns True if a restart is needed. The installer is always deleted, also after an error.

    :raises StepFailed: the installer could not be copied, has another digest, or failed.
    """
    try:
        files.fetch(runner, files.Source(step.source, step.sha256), step.path, timeout)
        line = waited_for(step.path, _SILENT)
        code = runner.run(line, timeout=timeout).exit_code
    finally:
        files.remove(runner, step.path)
    if code not in (SUCCESS, RESTART_NEEDED):
        raise StepFailed(
            f"NVIDIA's installer ended with {code:#x}; it may be for another GPU or another Windows: see"
            " C:\\ProgramData\\NVIDIA Corporation\\NVIDIA Installer on the host"
        )
    return code == RESTART_NEEDED


def signer(runner: CommandRunner) -> str | None:
    """Who signed the package of the NVIDIA driver; None if Windows does not report it."""
    lines = {
        "devices": registry_query(keys.DISPLAY_CLASS, "MatchingDeviceId", recursive=True),
        "files": registry_query(keys.DISPLAY_CLASS, "InfPath", recursive=True),
        "packages": cmd_line(f"{SYSTEM32}\\pnputil.exe", ["/enum-drivers"]),
    }
    reads = read(runner, lines)
    key = next(iter(devices(reads.registry)), None)
    return package_signer(reads.output("packages"), reads.registry.text(key, "InfPath") or "") if key else None


def package_signer(output: bytes, inf: str) -> str | None:
    """The signer of the package published as INF (``oem12.inf``) in the output of ``pnputil /enum-drivers``."""
    blocks = output.decode("utf-8", "replace").replace("\r", "").split("\n\n")
    for block in blocks:
        values = [line.partition(":")[2].strip() for line in block.splitlines()]
        if inf and inf.lower() in (value.lower() for value in values):
            return MICROSOFT if MICROSOFT in values else (values[-1] or None)
    return None
