# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Proxies and network adapters of a Windows host, from the registry: netsh.exe and ipconfig.exe are localised."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

WIRELESS = 71
"""``*IfType`` of IEEE 802.11, by the registry of interface types that IANA keeps."""
_USES_PROXY = 2
_NO_ADDRESS = ("", "0.0.0.0")
_CREDENTIALS = re.compile(r"(^|//|=|;)[^/@;=]+@")


@dataclass(frozen=True)
class Network:
    """How a host reaches others, as far as the registry shows. Credentials in proxy addresses are removed."""

    proxy: str | None = None
    """Proxy of the account that is logged on; None if it uses none."""
    bypass: str | None = None
    automatic: str | None = None
    """Address of a proxy configuration script (PAC)."""
    services_proxy: str | None = None
    """Proxy of WinHTTP, which services and certificate revocation use."""
    wireless_only: bool | None = None
    """Whether only wireless adapters have an address from DHCP; None if no adapter has one."""


def network(registry: RegistryTree) -> Network:
    """From the reads ``_host.queries.network``."""
    settings = f"HKCU\\{keys.INTERNET_SETTINGS}"
    enabled = registry.number(settings, "ProxyEnable") == 1
    proxy = registry.text(settings, "ProxyServer") if enabled else None
    winhttp = registry.get(keys.WINHTTP, "WinHttpSettings")
    return Network(
        proxy=_without_credentials(proxy),
        bypass=(registry.text(settings, "ProxyOverride") or None) if enabled else None,
        automatic=_without_credentials(registry.text(settings, "AutoConfigURL")),
        services_proxy=_without_credentials(winhttp_proxy(winhttp) if isinstance(winhttp, bytes) else None),
        wireless_only=_wireless_only(registry),
    )


def winhttp_proxy(data: bytes) -> str | None:
    """The proxy in the value WinHttpSettings: version, counter, flags, length, text. None if there is none."""
    if len(data) < 16:
        return None
    flags, length = struct.unpack_from("<II", data, 8)
    text = data[16 : 16 + length].decode("ascii", "replace")
    return text if flags & _USES_PROXY and text else None


def _without_credentials(proxy: str | None) -> str | None:
    return _CREDENTIALS.sub(r"\1", proxy) if proxy else None


def _wireless_only(registry: RegistryTree) -> bool | None:
    kinds = []
    for key in registry.subkeys(keys.NETWORK_CLASS):
        guid, kind = registry.text(key, "NetCfgInstanceId"), registry.number(key, "*IfType")
        address = registry.text(f"{keys.NETWORK_INTERFACES}\\{guid}", "DhcpIPAddress") or ""
        if guid and kind is not None and address not in _NO_ADDRESS:
            kinds.append(kind)
    return all(kind == WIRELESS for kind in kinds) if kinds else None
