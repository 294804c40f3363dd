# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""C:\\Windows\\System32\\wsl.exe before the package: the WSL of Windows itself, and that of the Store.

``wsl-inbox`` is the client that came with Windows 10. It knows neither --version nor WSL_UTF8, ends its lines of usage
with CR CR LF, and goes on answering to its name after the package was installed. Without a kernel it says so and ends
with -444. Before KB5020030 --update brings no more than that kernel, and --no-distribution and --web-download are
options that it does not know: it prints its usage and ends with -1. It lists and removes registrations.
``wsl-store`` leads to an app, which cannot be started without a desktop session.
Sources: what others saw (microsoft/WSL#10897, #9231, podman, rancher-desktop, tailscale#3170). The text is English here
in every language, which nobody should read anyway. Not modelled: running, importing and exporting distributions, and
--install of a distribution.
"""

from __future__ import annotations

from lab.machine.machine import Machine
from lab.machine.process import NotModelled, Process, program
from lab.windows.version import build_number, revision_number
from lab.wsl import download, package
from lab.wsl.argv import split
from lab.wsl.errors import WslError
from lab.wsl.registrations import Registrations
from lab.wsl.stub import STORE_REFUSED

NO_KERNEL = 0xFFFFFE44
"""-444."""
FAILURE = 0xFFFFFFFF
CANNOT_ACCESS = "The file cannot be accessed by the system."
_USAGE = (
    "Copyright (c) Microsoft Corporation. All rights reserved.\r\r\n\r\r\nUsage: wsl.exe [Argument] [Options...]\r\r\n"
)
LAST_BUILD_OF_WINDOWS_10 = 19045
FIRST_WITH_PACKAGE = 2311
"""Revision of Windows 10 (KB5020030, November 2022) from which --update leads to the package, not only to a kernel."""
KERNEL = "C:\\Windows\\System32\\lxss\\tools\\kernel"


@program("wsl-inbox")
def inbox(process: Process) -> int:
    """--status, --update, --install of the package, --list, --unregister, and the answer to what it does not know."""
    words = split(process.command_line)[1:]
    first, options = (words[0], words[1:]) if words else ("", [])
    if first in ("--update", "--install"):
        return _fetch(process, first, options)
    if first == "--status" and not options:
        return _status(process)
    if first == "--version":
        return _unknown(process, first)
    if first in ("--list", "-l"):
        return _list(process, set(options))
    if first == "--unregister" and len(options) == 1:
        return _unregister(process, options[0])
    raise NotModelled(f"the wsl.exe of Windows itself: {process.command_line}")


def leads_to_package(laptop: Machine) -> bool:
    """Whether it can fetch the package; newer Windows always can."""
    return build_number(laptop) > LAST_BUILD_OF_WINDOWS_10 or revision_number(laptop) >= FIRST_WITH_PACKAGE


def _unknown(process: Process, option: str) -> int:
    _say(process, f"Invalid command line option: {option}\r\r\n{_USAGE}")
    return FAILURE


def _fetch(process: Process, what: str, options: list[str]) -> int:
    known = {"--update": ["--web-download"], "--install": ["--no-distribution", "--web-download"]}[what]
    if set(options) - set(known):
        raise NotModelled(f"the wsl.exe of Windows itself: {process.command_line}")
    if options and not leads_to_package(process.laptop):
        return _unknown(process, options[0])
    if what == "--install" and "--no-distribution" not in options:
        raise NotModelled(f"the wsl.exe of Windows itself installs a distribution: {process.command_line}")
    return _update(process, "--web-download" in options) if leads_to_package(process.laptop) else _kernel(process)


def _kernel(process: Process) -> int:
    """--update before KB5020030 brings a kernel, from Windows Update, and nothing else."""
    laptop = process.laptop
    _say(process, "Checking for updates...")
    if not laptop.state.online:
        _say(process, "The network connection failed.")
        return FAILURE
    laptop.drive.host_path(KERNEL).parent.mkdir(parents=True, exist_ok=True)
    laptop.drive.host_path(KERNEL).write_bytes(b"kernel")
    _say(process, "Downloading updates...\r\nInstalling updates...\r\nKernel version: 5.10.102.1")
    return 0


def _status(process: Process) -> int:
    if process.laptop.drive.is_file(KERNEL):
        _say(process, "Default Version: 2\r\n\r\nKernel version: 5.10.102.1")
        return 0
    _say(process, "The WSL 2 kernel file is not found. To update or restore the kernel please run 'wsl --update'.")
    return NO_KERNEL


def _list(process: Process, options: set[str]) -> int:
    """``-l -v`` and ``-l -q``; nothing of it ever runs here."""
    options = {{"-v": "--verbose", "-q": "--quiet"}.get(option, option) for option in options}
    found = Registrations(process.laptop.registry, process.user.sid).all()
    if options == {"--quiet"}:
        for item in found:
            _say(process, item.name)
        return 0
    if options != {"--verbose"}:
        raise NotModelled(f"the wsl.exe of Windows itself: {process.command_line}")
    if not found:
        _say(process, "Windows Subsystem for Linux has no installed distributions.")
        return FAILURE
    width = max(4, *(len(item.name) for item in found)) + 4
    _say(process, f"  {'NAME':<{width}}{'STATE':<16}VERSION")
    for number, item in enumerate(found):
        _say(process, f"{' ' if number else '*'} {item.name:<{width}}{'Stopped':<16}{item.version}")
    return 0


def _unregister(process: Process, name: str) -> int:
    registrations = Registrations(process.laptop.registry, process.user.sid)
    item = registrations.find(name)
    if item is None:
        _say(process, "There is no distribution with the supplied name.")
        return FAILURE
    registrations.remove(item)
    if item.vhd:
        process.laptop.drive.host_path(item.vhd).unlink(missing_ok=True)
    _say(process, "Unregistering...")
    return 0


def _say(process: Process, text: str) -> None:
    process.stdout.write(f"{text}\r\n".encode("utf-16-le"))


def _update(process: Process, web_download: bool) -> int:
    """Fetch the package, from the Store or from GitHub."""
    laptop = process.laptop
    if build_number(laptop) > LAST_BUILD_OF_WINDOWS_10:
        raise NotModelled("the wsl.exe of an early Windows Server 2022 or Windows 11 fetches the package")
    if laptop.state.store_blocked and not web_download:
        _say(process, STORE_REFUSED)
        return 1
    try:
        if not process.user.admin:
            raise WslError("ERROR_ELEVATION_REQUIRED")
        download.check_release(laptop, "Wsl")
    except WslError as error:
        _say(process, error.render(laptop.state.language, (2, 0, 0)))
        return FAILURE
    if laptop.faults.strike("update_kills_itself"):
        package.install_package(laptop, laptop.state.wsl_available)
        return 1
    code = package.install_package(laptop, laptop.state.wsl_available)
    return code if code != package.REBOOT_REQUIRED else 0


@program("wsl-store")
def store(process: Process) -> int:
    """An app of the Store in a session without a desktop."""
    _say(process, CANNOT_ACCESS)
    return 1
