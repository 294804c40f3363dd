# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few files of a distribution that WSL reads: passwd, os-release, wsl.conf, wsl-distribution.conf. Pure parsing.

wsl.conf problems are warnings at the next start, never errors.
Source: microsoft/WSL, src/shared/configfile/configfile.cpp, src/linux/init/WslDistributionConfig.cpp.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

WSL_CONF = "/etc/wsl.conf"
DISTRIBUTION_CONF = "/etc/wsl-distribution.conf"
OS_RELEASE = "/etc/os-release"
PASSWD = "/etc/passwd"

KNOWN_KEYS = {
    "automount": {"enabled", "root", "options", "mountfstab", "ldconfig", "cgroups"},
    "boot": {"command", "inittimeout", "protectbinfmt", "systemd"},
    "fileserver": {"enabled", "logfile", "loglevel", "logtruncate"},
    "filesystem": {"umask"},
    "general": {"guiapplications"},
    "gpu": {"appendlibpath", "enabled"},
    "interop": {"appendwindowspath", "enabled"},
    "network": {"generatehosts", "generateresolvconf", "hostname"},
    "time": {"usewindowstimezone"},
    "user": {"default"},
}
BOOLEAN_KEYS = {
    "automount.enabled",
    "automount.ldconfig",
    "automount.mountfstab",
    "boot.protectbinfmt",
    "boot.systemd",
    "gpu.appendlibpath",
    "gpu.enabled",
    "interop.appendwindowspath",
    "interop.enabled",
    "network.generatehosts",
    "network.generateresolvconf",
}
BOOLEANS = {"true", "false", "1", "0"}


@dataclass(frozen=True)
class LinuxUser:
    """One line of passwd."""

    name: str
    uid: int
    home: str
    shell: str


@dataclass
class Config:
    """A file in wsl.conf's format."""

    values: dict[str, str] = field(default_factory=dict)
    """``section.key`` in lower case -> value; the first of two wins."""
    warnings: list[str] = field(default_factory=list)
    """English texts without the prefix ``wsl: ``."""


def users(passwd: str) -> list[LinuxUser]:
    """The users of PASSWD; lines that are no entry are left out."""
    found = []
    for line in passwd.splitlines():
        fields = line.split(":")
        if len(fields) >= 7 and fields[2].isdigit():
            found.append(LinuxUser(fields[0], int(fields[2]), fields[5] or "/", fields[6] or "/bin/sh"))
    return found


def os_release(text: str) -> dict[str, str]:
    """NAME -> value."""
    fields = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            fields[name.strip()] = "".join(shlex.split(value))
    return fields


def config(text: str, path: str = WSL_CONF, check: bool = True) -> Config:
    """Read TEXT, the content of PATH (named in warnings); with CHECK unknown keys and bad booleans are warned of."""
    result = Config()
    section = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        place = f"{path}:{number}"
        if not line or line.startswith("#"):
            continue
        header = re.match(r"\[([^\]]*)(\]?)", line)
        if header:
            section = header.group(1).strip().lower()
            if not header.group(2):
                result.warnings.append(f"Expected ']' in {place}")
            continue
        _entry(result, section, line, place, check)
    return result


def _entry(result: Config, section: str, line: str, place: str, check: bool) -> None:
    name, equals, rest = line.partition("=")
    name = name.strip()
    if not equals:
        result.warnings.append(f"Expected '=' in {place}")
        return
    key = f"{section}.{name.lower()}"
    value = _value(rest)
    if check and name.lower() not in KNOWN_KEYS.get(section, set()):
        result.warnings.append(f"Unknown key '{section}.{name}' in {place}")
    elif check and key in BOOLEAN_KEYS and value.lower() not in BOOLEANS:
        result.warnings.append(f"Invalid boolean value '{value}' for key '{section}.{name}' in {place}")
    result.values.setdefault(key, value)


def _value(text: str) -> str:
    """The value: quoted, or up to a comment."""
    text = text.strip()
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted.group(1))
    return text.split("#", 1)[0].strip()
