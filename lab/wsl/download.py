# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""wsl.exe's downloads, and how they fail. ``file://`` reads from the C: drive."""

from __future__ import annotations

import time
import typing as t
import urllib.parse

from lab.internet import client
from lab.internet.pace import Pace
from lab.machine.machine import Machine
from lab.wsl.errors import WslError

CHUNK = 1 << 20
STATUS_CODES = {403: "HTTP_E_STATUS_FORBIDDEN", 404: "HTTP_E_STATUS_NOT_FOUND"}
OK = 200
RELEASES = "https://api.github.com/repos/microsoft/WSL/releases/latest"


def is_file_url(url: str) -> bool:
    """Is URL on the C: drive?"""
    return url.lower().startswith("file:")


def file_path(url: str) -> str:
    """The Windows path in a ``file://`` URL."""
    path = urllib.parse.unquote(url.split(":", 1)[1])
    return path.lstrip("/").replace("/", "\\")


def fetch(laptop: Machine, url: str, context: str) -> bytes:
    """All of URL; raises WslError with CONTEXT. For small files."""
    return b"".join(stream(laptop, url, context))


def stream(laptop: Machine, url: str, context: str) -> t.Iterator[bytes]:
    """The content of URL in parts; raises WslError with CONTEXT."""
    if is_file_url(url):
        path = file_path(url)
        if not laptop.drive.is_file(path):
            raise WslError("ERROR_FILE_NOT_FOUND", context)
        with laptop.drive.host_path(path).open("rb") as file:
            yield from iter(lambda: file.read(CHUNK), b"")
        return
    try:
        response = client.open_url(laptop, url)
    except client.Offline:
        raise WslError(_offline_code(laptop), context) from None
    except OSError:
        raise WslError("WININET_E_CANNOT_CONNECT", context) from None
    if response.status != OK:
        raise WslError(STATUS_CODES.get(response.status, "E_FAIL"), context)
    size = response.headers.get("content-length")
    pace = Pace(laptop, url, int(size or 0), CHUNK)
    while part := response.body.read(pace.block):
        yield part
        time.sleep(pace.seconds(len(part)))


def _offline_code(laptop: Machine) -> str:
    """Without a network names do not resolve; with one, the other side does not answer."""
    return "WININET_E_CANNOT_CONNECT" if laptop.state.online else "WININET_E_NAME_NOT_RESOLVED"


def check_release(laptop: Machine, context: str) -> None:
    """Can GitHub be asked for the newest release? Raises WslError with CONTEXT.

    Only the question is modelled: the answer, a version, stands in the laptop's state, and the lab's package has no
    content to download.
    """
    if not laptop.state.online:
        raise WslError("WININET_E_NAME_NOT_RESOLVED", context)
    if laptop.faults.strike("download_forbidden", RELEASES):
        raise WslError("HTTP_E_STATUS_FORBIDDEN", context)
