# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
""".wslconfig: what wsl.exe says of values that cannot be, when the virtual machine starts. Pure.

Nothing in it has an effect here. Source: microsoft/WSL, src/windows/common/WslCoreConfig.cpp, and warnings as posted by
users.
"""

from __future__ import annotations

from lab.machine.process import NotModelled
from lab.wsl.linux_files import Keys, config

FILE = ".wslconfig"

_BOOLEANS = {
    "wsl2": {
        "localhostforwarding", "ipv6", "dhcp", "dnsproxy", "dnstunneling", "firewall", "autoproxy", "gpusupport",
        "guiapplications", "nestedvirtualization", "hardwareperformancecounters", "hostfilesystemaccess", "virtiofs",
        "virtio9p", "safemode", "debugconsole", "earlybootlogging", "telemetry", "loaddefaultkernelmodules",
        "isolatedistrocgroup",
    },
    "experimental": {
        "sparsevhd", "besteffortdnsparsing", "hostaddressloopback", "dnstunneling", "firewall", "autoproxy",
        "virtiofsaggregateshares", "setversiondebug",
    },
}  # fmt: skip
_INTEGERS = {
    "wsl2": {
        "processors", "dhcptimeout", "vmidletimeout", "kernelboottimeout", "distributionstarttimeout",
        "mountdevicetimeout", "maxcrashdumpcount",
    },
    "general": {"instanceidletimeout"},
    "experimental": {"initialautoproxytimeout"},
}  # fmt: skip
_SIZES = {"wsl2": {"memory", "swap", "defaultvhdsize"}}
_TEXTS = {
    "wsl2": {
        "swapfile", "kernel", "kernelmodules", "kernelcommandline", "systemdistro", "networkingmode", "vmswitch",
        "macaddress", "debugconsolelogfile", "kerneldebugport", "crashdumpfolder", "loadkernelmodules",
    },
    "general": {"distributioninstallpath"},
    "experimental": {
        "networkingmode", "automemoryreclaim", "dnstunnelingipaddress", "ignoredports", "swiotlb",
    },
}  # fmt: skip
KEYS = Keys(booleans=_BOOLEANS, integers=_INTEGERS, sizes=_SIZES, texts=_TEXTS)

_CHOICES = {
    "wsl2.networkingmode": {"none", "nat", "bridged", "mirrored", "virtioproxy", "consomme"},
    "experimental.networkingmode": {"none", "nat", "bridged", "mirrored", "virtioproxy", "consomme"},
    "experimental.automemoryreclaim": {"disabled", "gradual", "dropcache"},
}


def warnings(content: bytes, path: str) -> list[str]:
    """What CONTENT of the file PATH leads to, without the prefix ``wsl: ``; raises NotModelled for unknown texts."""
    found = config(content.decode("utf-8-sig", "replace"), path, KEYS)
    for key, allowed in _CHOICES.items():
        if found.values.get(key, min(allowed)).lower() not in allowed:
            raise NotModelled(f"{path}: {key}={found.values[key]}")
    if "wsl2.macaddress" in found.values:
        raise NotModelled(f"{path}: macAddress, which may be an error")
    return found.warnings
