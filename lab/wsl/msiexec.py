# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``msiexec /i FILE /qn /norestart [/l*v LOG] [PROPERTY=value]``, ``/fvamus FILE``, ``/x FILE|{PRODUCT}``.

Prints nothing; the exit code tells. Only quiet runs are modelled, since a dialog in session 0 would never end.
Only packages of WSL are modelled, so this program of System32 is one of WSL's here.
The service of Windows Installer does the work and goes on when msiexec.exe is ended.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from lab.machine.process import NotModelled, Process, program
from lab.windows import lab_msi, service_work
from lab.windows.disk_space import DiskFull, require
from lab.windows.program_io import arguments_of, output_file, path_of
from lab.windows.version import build_number, runs_packages_directly
from lab.wsl.package import install_package, remove_package, repair_package

INSTALLER_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer"
IN_PROGRESS_KEY = f"{INSTALLER_KEY}\\InProgress"
MSI_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss\\MSI"

FATAL_ERROR = 1603
UNKNOWN_PRODUCT = 1605
ALREADY_RUNNING = 1618
CANNOT_OPEN = 1619
NOT_A_PACKAGE = 1620
CANNOT_LOG = 1622

FIRST_BUILD = 19041
"""The WSL package refuses older builds, so Windows Server 2019 too."""
SOURCE_NAME = "wsl.msi"
"""Repair looks for its source under this name; no other file can be repaired from (microsoft/WSL#40968)."""


@dataclass
class _Request:
    action: str = ""
    target: str = ""
    log: str = ""
    quiet: bool = False
    no_restart: bool = False
    properties: dict[str, str] = field(default_factory=dict)


@program("msiexec")
def main(process: Process) -> int:
    """Install, repair or remove WSL; writes the log when one is asked for."""
    request = _request(process)
    lines: list[str] = [f"=== Verbose logging started: {process.command_line}"]
    log = output_file(process, request.log) if request.log else None
    if request.log and log is None:
        return CANNOT_LOG

    def task() -> int:
        code = _run(process, request, lines)
        lines.append(f"MSI (c) (B4:9C): MainEngineThread is returning {code}")
        if log:
            _write_log(log, lines)
        return code

    if not _lock(process):
        lines.append(_said(process, "Error 1500. Another installation is in progress."))
        return ALREADY_RUNNING
    return service_work.work(process, "installer_is_slow", lambda: _unlocking(process, task))


def _lock(process: Process) -> bool:
    """Take the machine-wide lock of Windows Installer; False when another installation holds it."""
    registry = process.laptop.registry
    if process.laptop.faults.strike("installer_busy", process.command_line):
        return False
    with process.laptop.lock:
        if registry.exists(IN_PROGRESS_KEY):
            return False
        registry.create(IN_PROGRESS_KEY)
    return True


def _unlocking(process: Process, task: t.Callable[[], int]) -> int:
    try:
        return task()
    finally:
        process.laptop.registry.delete(IN_PROGRESS_KEY)


def _said(process: Process, text: str) -> str:
    """How the log quotes what a user would have seen."""
    return f"MSI (s) (A8:34): Product: Windows Subsystem for Linux -- {text}"


def _request(process: Process) -> _Request:
    request = _Request()
    words = arguments_of(process)
    while words:
        word = words.pop(0)
        option = word.lower().replace("-", "/", 1)
        if option in ("/i", "/x", "/package", "/uninstall") or re.fullmatch(r"/f[pecmsuova]*", option):
            request.action = {"/package": "i", "/uninstall": "x"}.get(option, option[1:2])
            request.target = words.pop(0) if words else ""
        elif option in ("/qn", "/quiet", "/q"):
            request.quiet = True
        elif option == "/norestart":
            request.no_restart = True
        elif option.startswith("/l") and words:
            request.log = words.pop(0)
        elif re.fullmatch(r"[A-Z][A-Z0-9_.]*=.*", word):
            name, _, value = word.partition("=")
            request.properties[name] = value
        else:
            raise NotModelled(f"msiexec {word}: {process.command_line}")
    restart_suppressed = request.no_restart or request.properties.get("REBOOT", "").lower() == "reallysuppress"
    if not request.action or not request.target or not request.quiet or not restart_suppressed:
        raise NotModelled(f"{process.command_line} (only quiet, with /norestart)")
    return request


def _run(process: Process, request: _Request, lines: list[str]) -> int:
    registry = process.laptop.registry
    if request.action == "x" and request.target.startswith("{"):
        value = registry.get(MSI_KEY, "ProductCode")
        return _remove(process) if value and str(value.data).lower() == request.target.lower() else UNKNOWN_PRODUCT
    package = _package(process, request, lines)
    if isinstance(package, int):
        return package
    if not process.user.admin:
        lines.append(_said(process, "Error 1925. You do not have sufficient privileges to complete this installation."))
        return FATAL_ERROR
    return _remove(process) if request.action == "x" else _install(process, request, package, lines)


def _package(process: Process, request: _Request, lines: list[str]) -> lab_msi.Package | int:
    """The package, or the exit code that says why there is none."""
    path = path_of(process, request.target)
    if not process.laptop.drive.is_file(path):
        lines.append(f"This installation package could not be opened: {path}. Error 1619.")
        return CANNOT_OPEN
    try:
        package = lab_msi.read(process.laptop.drive.host_path(path).read_bytes())
    except lab_msi.NotAPackage:
        lines.append(f"This installation package could not be opened: {path}. Error 1620.")
        return NOT_A_PACKAGE
    if package.product != "wsl":
        raise NotModelled(f"msiexec: the package {package.product}")
    return package


def _install(process: Process, request: _Request, package: lab_msi.Package, lines: list[str]) -> int:
    laptop = process.laptop
    if build_number(laptop) < FIRST_BUILD and request.properties.get("SKIPVALIDATION") != "1":
        lines.append("CustomAction ValidateInstall returned actual error code 1603")
        return FATAL_ERROR
    if request.action == "i" and request.properties.get("SKIPMSIX") != "1" and not runs_packages_directly(laptop):
        lines.append("CustomAction InstallMsixAsUser returned actual error code 1603")
        return FATAL_ERROR
    if request.action == "f":
        return _repair(process, request, package, lines)
    try:
        require(laptop, lab_msi.SIZE)
    except DiskFull:
        lines.append(_said(process, "Error 1601. Disk full: Out of disk space -- Volume: 'C:'"))
        return FATAL_ERROR
    return install_package(laptop, package.version)


def _repair(process: Process, request: _Request, package: lab_msi.Package, lines: list[str]) -> int:
    """Only from the version that is installed, and only from a file with the name of the source."""
    installed = process.laptop.registry.get(MSI_KEY, "Version")
    if installed is None or installed.data != package.version:
        return UNKNOWN_PRODUCT
    if path_of(process, request.target).rsplit("\\", 1)[-1].lower() != SOURCE_NAME:
        text = "Error 1316. A network error occurred while attempting to read from the file: wsl.msi"
        lines.append(_said(process, text))
        return FATAL_ERROR
    return repair_package(process.laptop)


def _remove(process: Process) -> int:
    return remove_package(process.laptop) if process.user.admin else FATAL_ERROR


def _write_log(file: Path, lines: list[str]) -> None:
    """The log of Windows Installer is UTF-16 with a byte order mark."""
    file.write_bytes("".join(f"{line}\r\n" for line in lines).encode("utf-16"))
