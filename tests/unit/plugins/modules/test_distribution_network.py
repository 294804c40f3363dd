# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy and certificates are written once, told as steps, and taken out again."""

from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.module_utils._network import proxy
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import Completed

from tests.unit.plugins.modules.box import Box

PROXY = "http://proxy.example:8080"
UPDATES = ("update-ca-certificates", Completed(0, "", ""))


@pytest.fixture
def network(box: Box) -> Box:
    box.write("/usr/sbin/update-ca-certificates")
    return box


def test_nothing_is_asked(network: Box) -> None:
    result = network.run("distribution_network")
    assert (result["changed"], result["steps"], result["certificates"]) == (False, [], [])


def test_a_proxy_comes_and_goes(network: Box) -> None:
    planned = network.run("distribution_network", proxy=PROXY, check=True)
    assert planned["changed"] and not network.path(proxy.APT_PATH).exists()
    assert network.run("distribution_network", proxy=PROXY)["steps"] == planned["steps"]
    assert PROXY in network.path(proxy.APT_PATH).read_text()
    assert not network.run("distribution_network", proxy=PROXY)["changed"]
    gone = network.run("distribution_network", proxy="")
    assert gone["changed"] and f"remove {proxy.APT_PATH}" in gone["steps"]


def test_what_overrules_the_proxy_is_a_warning(network: Box) -> None:
    network.write("/etc/apt/apt.conf.d/99zz", 'Acquire::http::Proxy "http://other:1";\n')
    (warning,) = network.run("distribution_network", proxy=PROXY)["warnings"]
    assert "/etc/apt/apt.conf.d/99zz sets a proxy for apt too" in warning


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"proxy": "socks5://x"}, "proxy"),
        ({"certificates": ["nonsense"]}, "certificate"),
    ],
)
def test_one_line_says_why_not(network: Box, options: dict[str, object], words: str) -> None:
    result = network.run("distribution_network", **options)
    assert result["failed"] and words in result["msg"]
