# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""--update and --uninstall: the package itself.

The installer runs inside wsl.exe and may kill it, so a lost exit code is normal. There is no way to name a version.
"""

from __future__ import annotations

import dataclasses

from lab.machine.machine import Machine
from lab.windows import boot, service_work
from lab.wsl import download, package
from lab.wsl.errors import WslError
from lab.wsl.options import Spec, parse
from lab.wsl.session import Session
from lab.wsl.texts import parse_version, text

SPEC = Spec(
    switches={
        "--confirm": "confirm",
        "--pre-release": "pre-release",
        "--prompt-before-exit": "prompt-before-exit",
        "--web-download": "web-download",
    }
)
CONTEXT = "Wsl/UpdatePackage"
RELEASE = f"{CONTEXT}/QueryLatestGitHubRelease"
FIRST_STRICT_UNINSTALL = (2, 7, 0)
"""The first version whose --uninstall refuses arguments; the ones before ignore them and remove WSL."""
KILLED = 1


def update(session: Session, rest: str) -> int:
    """``--update [--pre-release] [--web-download]``."""
    parse(rest, SPEC)
    laptop = session.laptop
    session.console.text("CheckingForUpdates")
    download.check_release(laptop, RELEASE)
    newest = laptop.state.wsl_update
    if parse_version(newest) <= session.version:
        session.console.text("UpdateNotNeeded")
        return 0
    session.console.text("UpdatingToVersion", ".".join(newest.split(".")[:3]))
    killed = laptop.faults.strike("update_kills_itself")
    if killed is not None:
        _install_alone(laptop, killed.get("seconds"))
        return KILLED
    code = _install(session)
    if code == package.REBOOT_REQUIRED:
        session.console.system("ERROR_SUCCESS_REBOOT_REQUIRED")
    elif code != package.SUCCESS:
        raise _failed(session, code)
    return 0


def _install_alone(laptop: Machine, seconds: float | None) -> None:
    """The installer goes on without wsl.exe, which it has ended. SECONDS: how long; None: it is done at once."""
    if seconds is None:
        package.update_package(laptop)
        return
    laptop.registry.create(boot.INSTALLER_LOCK)

    def task() -> int:
        try:
            return package.update_package(laptop)
        finally:
            laptop.registry.delete(boot.INSTALLER_LOCK)

    service_work.start(laptop, seconds, task)


def _install(session: Session) -> int:
    """What the MSI returns; without elevation it fails."""
    fault = session.laptop.faults.strike("update_fails")
    if fault is not None:
        return int(fault.get("code", package.INSTALL_FAILURE))
    if not session.user.admin:
        return package.INSTALL_FAILURE
    return package.update_package(session.laptop)


def _failed(session: Session, code: int) -> UpdateFailed:
    log = f"{session.user.profile}\\AppData\\Local\\Temp\\wsl-install-logs.txt"
    return UpdateFailed("ERROR_INSTALL_FAILURE", CONTEXT, "UpdateFailed", (str(code),), log=log)


@dataclasses.dataclass(eq=False)
class UpdateFailed(WslError):
    """Names the installer's log too."""

    log: str = ""

    def message(self, language: str, version: tuple[int, ...]) -> str:
        """Two lines."""
        first = super().message(language, version)
        return first + "\n" + text("SeeLogFile", self.log, language=language, version=version)


def uninstall(session: Session, rest: str) -> int:
    """``--uninstall``: the package of all users; distributions stay. Returns what the MSI returns."""
    extra = rest.split()[1:]
    if extra and session.version >= FIRST_STRICT_UNINSTALL:
        raise WslError(name="UninstallNoArguments")
    if not session.user.admin:
        raise WslError("ERROR_ELEVATION_REQUIRED")
    return package.remove_package(session.laptop)
