# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""C:\\Windows\\System32\\wsl.exe of a current Windows 11 (program ``wsl-stub``).

Its source is not public; this follows what others saw. With WSL installed it re-executes the real client. Without, it
says so (exit code 50 for --status, 1 otherwise), or downloads and installs the package for --install and lets the new
client do the rest: components, reboot sentence, distribution. Its own text ignores WSL_UTF8 and is English here.
Not modelled: --install --inbox.
"""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.wsl import download, package, windows_state
from lab.wsl.argv import program_length, split
from lab.wsl.client import FAILURE, main
from lab.wsl.errors import WslError
from lab.wsl.session import Session

NOT_SUPPORTED = 50
NOT_INSTALLED = (
    "The Windows Subsystem for Linux is not installed. You can install by running 'wsl.exe --install'.\r\n"
    "For more information please visit https://aka.ms/wslinstall\r\n"
)
STORE_REFUSED = "Error: 0x80240066 "
"""WU_E_INSTALL_USERCONTEXT_ACCESSDENIED (microsoft/WSL#9476); no code path."""
PRODUCT = "Windows Subsystem for Linux"
CONTEXT = "Wsl"


@program("wsl-stub")
def stub(process: Process) -> int:
    """Re-execute, install, or refuse."""
    client = installed_client(process)
    if client is not None:
        return _reexecute(process, client)
    arguments = split(process.command_line)[1:]
    if "--install" in arguments:
        return _install(process, arguments)
    process.stdout.write(NOT_INSTALLED.encode("utf-16-le"))
    return NOT_SUPPORTED if "--status" in arguments else 1


def installed_client(process: Process) -> str | None:
    """The path of the MSI's client when the registry and the file agree that it is there."""
    location = process.laptop.registry.get(windows_state.MSI, "InstallLocation")
    if location is None:
        return None
    path = str(location.data).rstrip("\\") + "\\wsl.exe"
    return path if process.laptop.drive.is_program(path) else None


def _reexecute(process: Process, client: str) -> int:
    """The same arguments, byte for byte."""
    process.started.append(client)
    process.path = client
    process.command_line = f'"{client}"' + process.command_line[program_length(process.command_line) :]
    return main(process)


def _install(process: Process, arguments: list[str]) -> int:
    """Download and install the package, then go on as the new client."""
    laptop = process.laptop
    if "--inbox" in arguments:
        raise NotModelled("wsl.exe --install --inbox")
    if laptop.faults.strike("install_hangs", process.command_line):
        process.killed.wait()
        return 1
    if laptop.state.store_blocked and "--web-download" not in arguments:
        process.stdout.write(f"{STORE_REFUSED}\r\n".encode("utf-16-le"))
        return 1
    session = Session(process)
    try:
        if not process.user.admin:
            raise WslError("ERROR_ELEVATION_REQUIRED", CONTEXT)
        version = laptop.state.wsl_available
        shown = f"{PRODUCT} {version.removesuffix('.0')}"
        session.console.text("Downloading", shown)
        download.check_release(laptop, CONTEXT)
        session.console.text("Installing", shown)
        code = package.install_package(laptop, version)
        if code not in (package.SUCCESS, package.REBOOT_REQUIRED):
            raise WslError("ERROR_INSTALL_FAILURE", CONTEXT, "UpdateFailed", (str(code),))
        session.console.line(f"{shown} has been installed.")
    except WslError as error:
        session.console.line(error.render(session.console.language, session.version))
        return FAILURE
    return _reexecute(process, package.CLIENT)
