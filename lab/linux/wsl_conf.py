# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What /etc/wsl.conf tells the start of an instance; warnings are wsl.exe's business.

Keys and sections are letters and digits, without case, ``#`` starts a comment, values may be quoted, the first of two
equal keys wins, and nothing behind the first invalid line is read (src/shared/configfile/configfile.cpp, opened by
WslDistributionConfig.cpp without CFG_SKIP_INVALID_LINES). Escapes are not modelled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SECTION = re.compile(r"\[([A-Za-z][A-Za-z0-9]*)\]\s*(?:#|\Z)")
_VALUE = re.compile(r'([A-Za-z][A-Za-z0-9]*)\s*=\s*(?:"([^"]*)"|([^#"]*)(?:#|\Z))')


@dataclass(frozen=True)
class WslConf:
    """The settings that the lab acts on, with WSL's defaults."""

    automount: bool = True
    mount_root: str = "/mnt/"
    ldconfig: bool = True
    umask: int = 0o022
    interop: bool = True
    append_windows_path: bool = True
    generate_hosts: bool = True
    generate_resolv_conf: bool = True
    host_name: str = ""
    """Empty: the name of the computer."""
    systemd: bool = False
    boot_command: str = ""
    gpu: bool = True
    append_lib_path: bool = True


def parse(text: str) -> WslConf:
    """The settings in TEXT, the content of /etc/wsl.conf."""
    values = _values(text)

    def flag(key: str, default: bool = True) -> bool:
        return {"true": True, "1": True, "false": False, "0": False}.get(values.get(key, "").lower(), default)

    return WslConf(
        automount=flag("automount.enabled"),
        mount_root=values.get("automount.root", "/mnt/").rstrip("/") + "/",
        ldconfig=flag("automount.ldconfig"),
        umask=_octal(values.get("filesystem.umask", ""), 0o022),
        interop=flag("interop.enabled"),
        append_windows_path=flag("interop.enabled") and flag("interop.appendwindowspath"),
        generate_hosts=flag("network.generatehosts"),
        generate_resolv_conf=flag("network.generateresolvconf"),
        host_name=re.sub(r"[^A-Za-z0-9.-]", "", values.get("network.hostname", ""))[:64],
        systemd=flag("boot.systemd", default=False),
        boot_command=values.get("boot.command", ""),
        gpu=flag("gpu.enabled"),
        append_lib_path=flag("gpu.appendlibpath"),
    )


def _values(text: str) -> dict[str, str]:
    """``section.key`` in lower case -> value."""
    values: dict[str, str] = {}
    section = ""
    for line in map(str.strip, text.splitlines()):
        if match := _SECTION.match(line):
            section = match[1].lower()
        elif match := _VALUE.match(line):
            value = match[2] if match[2] is not None else match[3].strip()
            values.setdefault(f"{section}.{match[1].lower()}", value)
        elif line and not line.startswith("#"):
            break
    return values


def _octal(text: str, default: int) -> int:
    try:
        return int(text, 8)
    except ValueError:
        return default
