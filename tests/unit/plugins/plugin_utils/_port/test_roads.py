# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which port a connection is given."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port, roads
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.winrs import WinRsRunner


class Wsl:
    made = 0

    @property
    def windows_runner(self) -> str:
        self.made += 1
        return "its own"


def winrm() -> t.Any:
    options: dict[str, t.Any] = {"remote_addr": "laptop-7", "_extras": {}}
    return SimpleNamespace(protocol=None, shell_id=None, get_options=lambda: options, get_option=options.get)


def ssh(shell: str) -> t.Any:
    return SimpleNamespace(transport="ssh", _shell=SimpleNamespace(SHELL_FAMILY=shell))


@pytest.mark.parametrize(
    ("connection", "name", "windows"),
    [
        (winrm(), "winrm", True),
        (ssh("cmd"), "ssh", True),
        (ssh("powershell"), "ssh", True),
        (ssh("sh"), None, False),
        (Wsl(), "wslfleet.cuda.wsl", False),
        (SimpleNamespace(transport="local"), None, False),
    ],
    ids=["winrm", "ssh cmd", "ssh powershell", "ssh sh", "wsl", "local"],
)
def test_the_road_of_a_connection(connection: t.Any, name: str | None, windows: bool) -> None:
    road = roads.road_of(connection)
    assert (road and road.name) == name
    assert roads.leads_to_windows(connection) is windows
    assert roads.reaches_windows(connection) is (name is not None)
    assert getattr(connection, "made", 0) == 0, "to look at a connection makes nothing"


@pytest.fixture
def in_wsl(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the distribution Debian."""
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")


@pytest.mark.usefixtures("in_wsl")
def test_local_is_a_road_inside_wsl_only() -> None:
    local = SimpleNamespace(transport="local")
    road = roads.road_of(local)
    assert road and (road.name, road.ends_in_linux, road.distribution(local)) == ("local", True, "Debian")
    assert roads.is_inside(local) and not roads.is_inside(winrm()) and not roads.is_inside(Wsl())
    assert port.is_here(roads.runner_for(local)) and not port.is_here(roads.runner_for(winrm()))


@pytest.mark.usefixtures("in_wsl")
def test_other_roads_are_the_same_inside_wsl() -> None:
    assert [getattr(roads.road_of(one), "name", None) for one in (winrm(), Wsl())] == ["winrm", "wslfleet.cuda.wsl"]


def test_the_runner_of_a_connection() -> None:
    runner = roads.runner_for(winrm(), 4)
    assert isinstance(runner, WinRsRunner) and runner._connect_timeout == 4
    assert t.cast(t.Any, roads.runner_for(Wsl())) == "its own"


def test_a_connection_that_leads_elsewhere() -> None:
    with pytest.raises(AnsibleError, match="connection 'local' does not lead to Windows"):
        roads.runner_for(SimpleNamespace(transport="local"))
