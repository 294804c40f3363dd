# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""C:\\Windows\\System32\\wsl.exe before the package: the WSL of Windows itself, and that of the Store.

``wsl-inbox`` is the client that came with Windows 10. It knows neither --version nor WSL_UTF8, ends its lines of usage
with CR CR LF, and goes on answering to its name after the package was installed. Without a kernel it says so and ends
with -444. ``wsl-store`` leads to an app, which cannot be started without a desktop session.
Sources: what others saw (microsoft/WSL#10897, #9231, podman, rancher-desktop, tailscale#3170). The text is English here
in every language, which nobody should read anyway. Not modelled: running distributions.
"""

from __future__ import annotations

from lab.process import NotModelled, Process, program
from lab.windows.version import build_number, revision_number
from lab.wsl import download, package
from lab.wsl.argv import split
from lab.wsl.errors import WslError
from lab.wsl.stub import STORE_REFUSED

NO_KERNEL = 0xFFFFFE44
"""-444."""
FAILURE = 0xFFFFFFFF
CANNOT_ACCESS = "The file cannot be accessed by the system."
_USAGE = (
    "Copyright (c) Microsoft Corporation. All rights reserved.\r\r\n\r\r\nUsage: wsl.exe [Argument] [Options...]\r\r\n"
)
FIRST_WITH_PACKAGE = 2311
"""Revision of Windows 10 (KB5020030, November 2022) from which --update leads to the package, not only to a kernel."""


@program("wsl-inbox")
def inbox(process: Process) -> int:
    """--status, --update and the answer to what it does not know."""
    words = split(process.command_line)[1:]
    if words[:1] == ["--update"] and set(words[1:]) <= {"--web-download"}:
        return _update(process, "--web-download" in words)
    if words == ["--status"]:
        _say(process, "The WSL 2 kernel file is not found. To update or restore the kernel please run 'wsl --update'.")
        return NO_KERNEL
    if words[:1] == ["--version"]:
        _say(process, f"Invalid command line option: --version\r\r\n{_USAGE}")
        return FAILURE
    raise NotModelled(f"the wsl.exe of Windows itself: {process.command_line}")


def _say(process: Process, text: str) -> None:
    process.stdout.write(f"{text}\r\n".encode("utf-16-le"))


def _update(process: Process, web_download: bool) -> int:
    """Fetch the package, from the Store or from GitHub."""
    laptop = process.laptop
    if build_number(laptop) > 19045 or revision_number(laptop) < FIRST_WITH_PACKAGE:
        raise NotModelled("wsl.exe --update before KB5020030, which brings only a kernel")
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
