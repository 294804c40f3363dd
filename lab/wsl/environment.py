# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What crosses from Windows into Linux: variables named in WSLENV, and paths.

WSLENV is a colon-separated list of names with flags: ``/p`` a path, ``/l`` a list of paths, ``/u`` only Windows to
Linux, ``/w`` only Linux to Windows. Source: microsoft/WSL, interop environment code and its WslEnv tests.
"""

from __future__ import annotations

import re
import typing as t

from lab.machine.process import NotModelled


def linux_path(windows_path: str) -> str | None:
    """``C:\\a\\b`` as ``/mnt/c/a/b``; None when it has no drive letter."""
    match = re.fullmatch(r"([A-Za-z]):(?:[\\/](.*))?", windows_path, re.DOTALL)
    if match is None:
        return None
    rest = (match.group(2) or "").replace("\\", "/").strip("/")
    return f"/mnt/{match.group(1).lower()}" + (f"/{rest}" if rest else "")


def shared(env: t.Mapping[str, str]) -> dict[str, str]:
    """The variables that ENV's WSLENV shares with Linux; keys of ENV are upper case, Linux names as in WSLENV.

    A variable that is listed but not set arrives empty.
    """
    result: dict[str, str] = {}
    for entry in env.get("WSLENV", "").split(":"):
        name, *flags = entry.split("/")
        letters = "".join(flags)
        if name and "w" not in letters:
            result[name] = _translated(env.get(name.upper(), ""), letters)
    return result


def _translated(value: str, flags: str) -> str:
    if "l" in flags:
        return ":".join(linux_path(part) or part for part in value.split(";")) if value else ""
    if "p" in flags and ";" in value:
        raise NotModelled(f"WSLENV: the flag p alone on a list of paths: {value}")
    if "p" in flags and value:
        return linux_path(value) or value
    return value
