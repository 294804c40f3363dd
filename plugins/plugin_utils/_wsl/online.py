# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Install WSL with the download of wsl.exe itself: from the Store, or from GitHub."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import run_told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.step import InstallOnline
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import FAILED
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_failure, wsl_line, wsl_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.errors import bare_number
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.meter import WslMeter

WAY_OUT = (
    "over a remote logon the online way depends on the account's own proxy settings: name the MSI package instead"
    " (msi: address or controller's path of wsl.<version>.x64.msi from github.com/microsoft/WSL/releases)"
)


def install_online(runner: port.CommandRunner, step: InstallOnline, timeout: float) -> None:
    """Install with the wsl.exe of Windows; from GitHub if the Store refuses and that is allowed."""
    executable, what = f"{SYSTEM32}\\wsl.exe", "installing WSL online"
    try:
        online(runner, executable, step.arguments, timeout, what)
    except _StoreRefused as refused:
        if not step.fall_back:
            raise
        try:
            online(runner, executable, replace(step, web_download=True).arguments, timeout, what)
        except StepFailed as failed:
            raise StepFailed(f"{refused}; then without the Store: {failed}") from None


class _StoreRefused(StepFailed):
    """The Store or Windows Update refused; the download from GitHub may still work."""


_STORE_NUMBERS = ("0x8024", "0x80073", "0x8d05", "0x803f")
"""Prefixes of the codes of Windows Update, app packages and the Store."""


def online(runner: port.CommandRunner, executable: str, args: t.Sequence[str], timeout: float, what: str) -> None:
    """Run wsl.exe's own download. Its exit code proves nothing; only a clear error of its own ends the step here."""
    try:
        completed = run_told(runner, wsl_line(executable, args), b"", timeout, WslMeter(what))
    except port.CommandTimeout:
        raise StepFailed(f"{what} did not end within {timeout:g} s; {WAY_OUT}") from None
    except port.HostUnreachable:
        if args[0] != "--update":
            raise
        return  # an update may end its own process without an answer; the registry shows the outcome
    number = bare_number(wsl_text(completed)) if completed.exit_code != 0 else None
    if number and number.startswith(_STORE_NUMBERS):
        raise _StoreRefused(str(wsl_failure(what, completed)))
    failure = wsl_failure(what, completed)
    if number or (completed.exit_code == FAILED and failure.code):
        raise StepFailed(f"{failure}; {WAY_OUT}")
