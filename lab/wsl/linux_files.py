# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few files of a distribution that WSL reads: passwd, os-release, wsl.conf, wsl-distribution.conf. Pure parsing.

wsl.conf problems are warnings at the next start, never errors.
Source: microsoft/WSL, src/shared/configfile/configfile.cpp, src/linux/init/WslDistributionConfig.cpp.
"""

from __future__ import annotations

import re
import shlex
import typing as t
from dataclasses import dataclass, field

from lab.wsl.sizes import size

WSL_CONF = "/etc/wsl.conf"
DISTRIBUTION_CONF = "/etc/wsl-distribution.conf"
OS_RELEASE = "/etc/os-release"
PASSWD = "/etc/passwd"

BOOLEANS = {"true", "false", "1", "0"}
_INTEGER = re.compile(r"-?(0[xX][0-9a-fA-F]+|[0-9]+)")

_Names = t.Mapping[str, t.AbstractSet[str]]


@dataclass(frozen=True)
class Keys:
    """The keys that a file may hold, by section, in lower case, and what their values have to be."""

    booleans: _Names
    texts: _Names
    integers: _Names = field(default_factory=dict)
    sizes: _Names = field(default_factory=dict)

    def problem(self, section: str, name: str, value: str) -> str:
        """What is said of the key NAME, in its spelling, and its VALUE; "" when nothing is."""
        lower, shown = name.lower(), f"{section}.{name}"
        if lower in self.booleans.get(section, ()):
            return "" if value.lower() in BOOLEANS else f"Invalid boolean value '{value}' for key '{shown}'"
        if lower in self.integers.get(section, ()):
            return "" if _INTEGER.fullmatch(value) else f"Invalid integer value '{value}' for key '{shown}'"
        if lower in self.sizes.get(section, ()):
            valid = size(value) is not None
            return "" if valid else f"Invalid memory string '{value}' for .wslconfig entry '{shown}'"
        return "" if lower in self.texts.get(section, ()) else f"Unknown key '{shown}'"


WSL_CONF_KEYS = Keys(
    booleans={
        "automount": {"enabled", "ldconfig", "mountfstab"},
        "boot": {"protectbinfmt", "systemd"},
        "gpu": {"appendlibpath", "enabled"},
        "interop": {"appendwindowspath", "enabled"},
        "network": {"generatehosts", "generateresolvconf"},
    },
    texts={
        "automount": {"root", "options", "cgroups"},
        "boot": {"command", "inittimeout"},
        "fileserver": {"enabled", "logfile", "loglevel", "logtruncate"},
        "filesystem": {"umask"},
        "general": {"guiapplications"},
        "network": {"hostname"},
        "time": {"usewindowstimezone"},
        "user": {"default"},
    },
)


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


def config(text: str, path: str = WSL_CONF, keys: Keys | None = WSL_CONF_KEYS) -> Config:
    """Read TEXT, the content of PATH (named in warnings); what KEYS do not allow is warned of."""
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
        _entry(result, section, line, place, keys)
    return result


def _entry(result: Config, section: str, line: str, place: str, keys: Keys | None) -> None:
    name, equals, rest = line.partition("=")
    name = name.strip()
    if not equals:
        result.warnings.append(f"Expected '=' in {place}")
        return
    value = _value(rest)
    problem = keys.problem(section, name, value) if keys else ""
    if problem:
        result.warnings.append(f"{problem} in {place}")
    result.values.setdefault(f"{section}.{name.lower()}", value)


def _value(text: str) -> str:
    """The value: quoted, or up to a comment."""
    text = text.strip()
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    if quoted:
        return re.sub(r"\\(.)", r"\1", quoted.group(1))
    return text.split("#", 1)[0].strip()
