# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The settings of WSL: which there are, what may stand in them, since when, and which policy locks them. Pure.

One table for ``.wslconfig`` (of a Windows user) and one for ``wsl.conf`` (of a distribution), used on the controller
and inside the distribution alike. Source: microsoft/WSL 2.9.4, WslCoreConfig.cpp and WslDistributionConfig.cpp.
"""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._wsl_settings import ini

Version = t.Tuple[int, ...]
BOM = "\ufeff"

_SIZE = re.compile(r"(0|[0-9]+(?:B|KB?|MB?|GB?|TB?))\Z")
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\Z")
_ADDRESS = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
_PORTS = re.compile(r"[0-9]{1,5}(?:,[0-9]{1,5})*\Z")
_OCTAL = re.compile(r"[0-7]{3,4}\Z")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\Z")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}\Z")
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}


class SettingError(ValueError):
    """A setting is unknown, wrong, too new or locked; one line that says what to do."""


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

_MOVED = {"networkingmode", "dnstunneling", "firewall", "autoproxy"}
"""Settings of [wsl2] that stood in [experimental] before, where WSL still finds them."""
_CHOICE_SINCE: t.Dict[t.Tuple[str, str], t.Tuple[Version, int]] = {
    ("networkingMode", "Mirrored"): ((2, 0, 0), 22621),
    ("networkingMode", "Consomme"): ((2, 9), 0),
}
WARNINGS = {
    ("networkingMode", "Bridged"): "wsl2.networkingMode=Bridged is deprecated since WSL 2.4.5",
    ("sparseVhd", "true"): "experimental.sparseVhd=true has no effect, WSL forces it off",
}


class Host(t.NamedTuple):
    """What decides which settings work. Empty values: not known, nothing is refused for it."""

    wsl: Version | None = None
    build: int = 0
    policies: t.Mapping[str, int] = {}


class Plan(t.NamedTuple):
    """The file before and after."""

    before: str
    after: str
    steps: t.List[str]
    warnings: t.List[str]


def identity(section: str, key: str) -> t.Tuple[str, str]:
    """What SECTION.KEY of .wslconfig means; the old place of a setting is its new one."""
    place = section.lower(), key.lower()
    return ("wsl2", place[1]) if place[0] == "experimental" and place[1] in _MOVED else place


def plan(
    text: str | None,
    settings: t.Mapping[str, t.Any],
    catalogue: t.Mapping[str, t.Mapping[str, Setting]],
    host: Host,
    end_of_line: str,
) -> Plan:
    """The file with SETTINGS (section -> key -> value; None removes). TEXT None: there is no file.

    :raises SettingError: SETTINGS hold something that does not work.
    """
    after, steps, warnings = (text or "").lstrip(BOM), [], []
    # WSL reads wsl.conf no further than its first invalid line.
    strict = catalogue is WSL_CONF
    invalid = ini.parse(after, strict).invalid
    if strict and invalid:
        warnings.append(
            f"line {invalid[0] + 1} is invalid, and WSL reads nothing of the file from there on: "
            f"{ini.split(after)[invalid[0]].strip()[:80]!r}"
        )
    if text and text.startswith(BOM):
        steps.append("remove the byte order mark, which WSL takes for a part of the first line")
    for section, values in settings.items():
        if not isinstance(values, dict):
            raise SettingError(f"settings: {section} must hold keys and values, as in {{{section}: {{key: value}}}}")
        for key, value in values.items():
            name, proper, setting = _find(catalogue, section, key)
            where = f"{name}.{proper}"
            old = ini.value_of(after, name, proper, identity, strict)
            new = None if value is None else _checked(where, setting, value, host)
            if new is not None and (proper, new) in WARNINGS:
                warnings.append(WARNINGS[proper, new])
            if old == new or (old is not None and new is not None and _same(setting, old, new)):
                continue
            after = ini.changed(after, name, proper, new, end_of_line, identity, strict)
            steps.append(f"remove {where} (was {old})" if new is None else f"set {where}={new}")
    return Plan(text or "", after, steps, warnings)


def _find(catalogue: t.Mapping[str, t.Mapping[str, Setting]], section: str, key: str) -> t.Tuple[str, str, Setting]:
    """The setting with its proper spelling; raises SettingError with the nearest name."""
    for name, keys in catalogue.items():
        for proper, setting in keys.items():
            if (name.lower(), proper.lower()) == (str(section).lower(), str(key).lower()):
                return name, proper, setting
    known = [f"{name}.{proper}" for name, keys in catalogue.items() for proper in keys]
    near = difflib.get_close_matches(f"{section}.{key}", known, 1, 0.5)
    moved = [place for place in known if place.lower().endswith("." + str(key).lower())]
    hint = f"; did you mean {(moved or near)[0]}?" if moved or near else ""
    raise SettingError(f"{section}.{key} is no setting of WSL that can be set here{hint}")


def _same(setting: Setting, old: str, new: str) -> bool:
    """Whether OLD, as it stands in the file, means NEW."""
    try:
        return _normal(setting, old) == new
    except SettingError:
        return False


def _checked(where: str, setting: Setting, value: t.Any, host: Host) -> str:
    if setting.policy and host.policies.get(setting.policy, 1) == 0:
        raise SettingError(
            f"{where} is locked by a policy of the organisation ({setting.policy}): WSL would ignore it; leave it out"
        )
    try:
        text = _normal(setting, value)
    except SettingError as error:
        raise SettingError(f"{where}: {error}") from None
    since, build = _CHOICE_SINCE.get((where.partition(".")[2], text), (setting.since, setting.build))
    if since and host.wsl and tuple(host.wsl) < since:
        raise SettingError(
            f"{where}={text} needs WSL {_dotted(since)} or later, here is {_dotted(host.wsl)};"
            " update WSL or leave it out"
        )
    if build and host.build and host.build < build:
        raise SettingError(f"{where}={text} needs Windows build {build} or later, here is {host.build}")
    return text


def _dotted(version: t.Sequence[int]) -> str:
    return ".".join(str(part) for part in version)


def _normal(setting: Setting, value: t.Any) -> str:
    """VALUE as WSL's documentation writes it; raises SettingError."""
    if isinstance(value, (dict, list)):
        raise SettingError(f"one value is needed, not {value!r}")
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if any(ord(character) < 0x20 and character != "\t" for character in text):
        raise SettingError(f"{text!r} holds a line break or another control character")
    if setting.kind == "choice":
        found = [choice for choice in setting.choices if choice.lower() == text.lower()]
        if not found:
            raise SettingError("{!r} is none of {}".format(text, ", ".join(setting.choices)))
        return found[0]
    check, wanted = KINDS[setting.kind]
    result = check(text)
    if result is None:
        raise SettingError(f"{text!r} is not {wanted}")
    return result


Check = t.Callable[[str], t.Optional[str]]


def _matches(pattern: t.Pattern[str]) -> Check:
    return lambda text: text if pattern.match(text) else None


def _number(text: str, lowest: int) -> str | None:
    """A decimal, hexadecimal or octal integer of at least LOWEST, in decimal."""
    if not re.match(r"-?[0-9]+\Z|0[xX][0-9a-fA-F]+\Z", text):
        return None
    octal = re.match(r"0[0-7]+\Z", text)
    number = int(text, 8) if octal else int(text, 0) if text[:2].lower() == "0x" else int(text)
    return str(number) if number >= lowest else None


KINDS: t.Dict[str, t.Tuple[Check, str]] = {
    "bool": (lambda text: _BOOLEANS.get(text.lower()), "true or false"),
    "count": (lambda text: _number(text, 1), "a whole number of 1 or more"),
    "number": (lambda text: _number(text, -1), "a whole number, -1 or more"),
    "milliseconds": (lambda text: _number(text, -1), "a time in milliseconds (-1 is for ever)"),
    "size": (_matches(_SIZE), "a size such as 16GB: a whole number and B, KB, MB, GB or TB in capitals, or 0"),
    "path": (lambda text: text if re.match(r"[A-Za-z]:[\\/]|%", text) else None, "a path on Windows such as C:\\x"),
    "linux_path": (lambda text: text if text.startswith("/") else None, "a path in the distribution such as /mnt/"),
    "text": (lambda text: text, "a text"),
    "mac": (_matches(_MAC), "a MAC address such as 5c:bb:f6:9e:ee:fa"),
    "address": (_matches(_ADDRESS), "an IPv4 address"),
    "ports": (_matches(_PORTS), "a list of ports such as 3000,9000"),
    "octal": (_matches(_OCTAL), "an octal mask in quotes, such as '0022'"),
    "user": (_matches(_USER), "a Linux user"),
    "host": (_matches(_HOST), "a host name of letters, digits, dots and hyphens, at most 64"),
}
"""Kind -> what checks it and returns the text to write, and what it is in words."""
