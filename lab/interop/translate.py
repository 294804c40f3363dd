# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What crosses from Linux into Windows: arguments, paths, and the variables named in WSLENV. Pure.

Source: microsoft/WSL, FormatCommandLine in src/windows/common/interop.cpp, UtilParseWslEnv in src/linux/init/util.cpp.
"""

from __future__ import annotations

import re
import typing as t

_KNOWN_FLAGS = frozenset("pluw")


def command_line(arguments: t.Sequence[str]) -> str:
    """ARGUMENTS, the program's name first, as the command line of a Windows process.

    What is empty or holds a blank, a line break or a quote is put into quotes, with the escapes of the C run time; all
    else stays as it is, whatever cmd.exe reads into it.
    """
    return " ".join(map(_word, arguments))


def _word(text: str) -> str:
    if text and not re.search(r'[ \t\r\n"]', text):
        return text
    escaped = re.sub(r'(\\*)"', lambda match: match[1] * 2 + '\\"', text)
    ending = re.search(r"\\*\Z", escaped)
    return f'"{escaped}{ending[0] if ending else ""}"'


def windows_path(linux_path: str, distribution: str, mount_root: str) -> str:
    """LINUX_PATH, absolute, as Windows reaches it: on its drive, else through the share of DISTRIBUTION."""
    match = re.fullmatch(rf"{re.escape(mount_root)}([a-z])(/.*)?", linux_path, re.DOTALL)
    if match:
        return f"{match[1].upper()}:" + (match[2] or "/").replace("/", "\\")
    return f"\\\\wsl.localhost\\{distribution}" + linux_path.replace("/", "\\")


def shared(environment: t.Mapping[str, str], distribution: str, mount_root: str) -> dict[str, str]:
    """The variables that WSLENV of the Linux ENVIRONMENT shares with Windows, and WSLENV; an empty one goes there.

    An entry with a flag that is unknown here, or one for the other direction only, is passed over.
    """
    result = {"WSLENV": environment.get("WSLENV", "")}
    for entry in result["WSLENV"].rstrip().split(":"):
        name, _slash, flags = entry.partition("/")
        if name and set(flags) <= _KNOWN_FLAGS and "u" not in flags:
            value = environment.get(name, "")
            paths = value.split(":") if "l" in flags else [value]
            if {"p", "l"} & set(flags):
                value = ";".join(windows_path(path, distribution, mount_root) for path in paths if path)
            result[name] = value
    return result
