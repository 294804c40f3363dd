# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import struct

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.network import Network, network, winhttp_proxy
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

SETTINGS = f"HKCU\\{keys.INTERNET_SETTINGS}"


def registry(values: dict[tuple[str, str], int | str | bytes]) -> RegistryTree:
    tree = RegistryTree()
    for (key, name), data in values.items():
        tree.add_key(key)[name] = data
    return tree


def winhttp(flags: int, proxy: str) -> bytes:
    return struct.pack("<IIII", 0x28, 0, flags, len(proxy)) + proxy.encode() + struct.pack("<I", 0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(winhttp(3, "proxy:8080"), "proxy:8080"), (winhttp(1, ""), None), (winhttp(1, "old:1"), None), (b"", None)],
)
def test_winhttp(data: bytes, expected: str | None) -> None:
    assert winhttp_proxy(data) == expected


def test_no_proxy() -> None:
    off = registry({(SETTINGS, "ProxyEnable"): 0, (SETTINGS, "ProxyServer"): "old:8080"})
    assert network(off) == network(RegistryTree()) == Network()


def test_proxies_without_credentials() -> None:
    found = network(
        registry(
            {
                (SETTINGS, "ProxyEnable"): 1,
                (SETTINGS, "ProxyServer"): "http=ann:secret@proxy:8080;https=proxy:8081",
                (SETTINGS, "ProxyOverride"): "*.corp.example;<local>",
                (SETTINGS, "AutoConfigURL"): "http://ann:secret@wpad/proxy.pac",
                (keys.WINHTTP, "WinHttpSettings"): winhttp(3, "ann:secret@proxy:8080"),
            }
        )
    )
    assert found == Network(
        "http=proxy:8080;https=proxy:8081", "*.corp.example;<local>", "http://wpad/proxy.pac", "proxy:8080"
    )


@pytest.mark.parametrize(
    ("adapters", "expected"),
    [
        ([], None),
        ([(6, "192.0.2.1")], False),
        ([(71, "192.0.2.1")], True),
        ([(71, "192.0.2.1"), (6, "0.0.0.0")], True),
        ([(71, "192.0.2.1"), (6, "192.0.2.2")], False),
        ([(71, "0.0.0.0")], None),
    ],
)
def test_wireless_only(adapters: list[tuple[int, str]], expected: bool | None) -> None:
    values: dict[tuple[str, str], int | str | bytes] = {}
    for number, (kind, address) in enumerate(adapters):
        values[f"{keys.NETWORK_CLASS}\\000{number}", "*IfType"] = kind
        values[f"{keys.NETWORK_CLASS}\\000{number}", "NetCfgInstanceId"] = f"{{{number}}}"
        values[f"{keys.NETWORK_INTERFACES}\\{{{number}}}", "DhcpIPAddress"] = address
    assert network(registry(values)).wireless_only is expected
