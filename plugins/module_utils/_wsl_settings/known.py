# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The settings of WSL that exist, since which version, and which policy locks them."""

from __future__ import annotations

import typing as t

Version = t.Tuple[int, ...]


class Setting(t.NamedTuple):
    """One setting."""

    kind: str
    """Key of KINDS, or ``choice``."""
    choices: t.Tuple[str, ...] = ()
    since: Version = ()
    """First version of WSL that is known to have it; empty: no limit is known."""
    build: int = 0
    """First build of Windows."""
    policy: str = ""
    """Value below HKLM\\SOFTWARE\\Policies\\WSL that locks it when it is 0."""


def _keys(kind: str, names: str, **more: t.Any) -> t.Dict[str, Setting]:
    return {name: Setting(kind, **more) for name in names.split()}


WSLCONFIG: t.Dict[str, t.Dict[str, Setting]] = {
    "wsl2": {
        **_keys("size", "memory swap"),
        **_keys("size", "defaultVhdSize", since=(0, 58)),
        **_keys("count", "processors"),
        **_keys("path", "swapFile debugConsoleLogFile crashDumpFolder"),
        **_keys("path", "kernel kernelModules", policy="AllowKernelUserSetting"),
        **_keys("path", "systemDistro", policy="AllowSystemDistroUserSetting"),
        **_keys("text", "kernelCommandLine", policy="AllowKernelCommandLineUserSetting"),
        **_keys("text", "vmSwitch loadKernelModules"),
        **_keys(
            "choice",
            "networkingMode",
            choices=("None", "Nat", "Bridged", "Mirrored", "VirtioProxy", "Consomme"),
            policy="AllowNetworkingModeUserSetting",
        ),
        **_keys("bool", "localhostForwarding ipv6 dhcp dnsProxy dnsTunneling autoProxy gpuSupport guiApplications"),
        **_keys("bool", "hardwarePerformanceCounters hostFileSystemAccess virtiofs virtio9p debugConsole"),
        **_keys("bool", "earlyBootLogging telemetry loadDefaultKernelModules"),
        **_keys("bool", "firewall", since=(2, 0, 9), policy="AllowFirewallUserSetting"),
        **_keys("bool", "nestedVirtualization", build=22000, policy="AllowNestedVirtualization"),
        **_keys("bool", "safeMode", since=(0, 66, 2)),
        **_keys("bool", "isolateDistroCgroup", since=(2, 9, 5)),
        **_keys("milliseconds", "dhcpTimeout vmIdleTimeout kernelBootTimeout distributionStartTimeout"),
        **_keys("milliseconds", "mountDeviceTimeout"),
        **_keys("number", "maxCrashDumpCount"),
        **_keys("number", "kernelDebugPort", policy="AllowKernelDebugUserSetting"),
        **_keys("mac", "macAddress"),
    },
    "general": {
        **_keys("path", "distributionInstallPath"),
        **_keys("milliseconds", "instanceIdleTimeout", since=(2, 5, 8)),
    },
    "experimental": {
        **_keys("choice", "autoMemoryReclaim", choices=("disabled", "gradual", "dropCache")),
        **_keys("bool", "sparseVhd bestEffortDnsParsing hostAddressLoopback virtioFsAggregateShares setVersionDebug"),
        **_keys("address", "dnsTunnelingIpAddress"),
        **_keys("milliseconds", "initialAutoProxyTimeout"),
        **_keys("ports", "ignoredPorts"),
        **_keys("size", "swiotlb"),
    },
}


WSL_CONF: t.Dict[str, t.Dict[str, Setting]] = {
    "automount": {
        **_keys("bool", "enabled mountFsTab ldconfig"),
        **_keys("linux_path", "root"),
        **_keys("text", "options"),
        **_keys("choice", "cgroups", choices=("v1", "v2"), since=(2, 7, 0)),
    },
    "filesystem": _keys("octal", "umask"),
    "interop": _keys("bool", "enabled appendWindowsPath"),
    "network": {**_keys("bool", "generateHosts generateResolvConf"), **_keys("host", "hostname")},
    "user": _keys("user", "default"),
    "boot": {
        **_keys("bool", "systemd protectBinfmt"),
        **_keys("text", "command"),
        **_keys("milliseconds", "initTimeout"),
    },
    "gpu": _keys("bool", "enabled appendLibPath"),
    "time": _keys("bool", "useWindowsTimezone"),
    "fileServer": {
        **_keys("bool", "enabled logTruncate"),
        **_keys("linux_path", "logFile"),
        **_keys("text", "logLevel"),
    },
    "general": _keys("bool", "guiApplications"),
}


MOVED = {"networkingmode", "dnstunneling", "firewall", "autoproxy"}
"""Settings of [wsl2] that were in [experimental] before, where WSL still accepts them."""


CHOICE_SINCE: t.Dict[t.Tuple[str, str], t.Tuple[Version, int]] = {
    ("networkingMode", "Mirrored"): ((2, 0, 0), 22621),
    ("networkingMode", "Consomme"): ((2, 9), 0),
}


WARNINGS = {
    ("networkingMode", "Bridged"): "wsl2.networkingMode=Bridged is deprecated since WSL 2.4.5",
    ("sparseVhd", "true"): "experimental.sparseVhd=true has no effect, WSL forces it off",
}
