# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way an order takes from inside the laptop; the actions of the modules have tests of their own."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import base, way
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed

from tests.unit.scripted_runner import ScriptedRunner


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> t.Any:
    """An action of root over the connection ``local``, in the distribution Debian."""
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")
    monkeypatch.setattr(way.os, "geteuid", lambda: 0)
    made: t.Any = base.Orders.__new__(base.Orders)
    made._connection = SimpleNamespace(transport="local", become=None)
    made._templar = SimpleNamespace(template=lambda value: value)
    made.wslfleet_runner = ScriptedRunner([])
    made.wslfleet_vars = {"inventory_hostname": "laptop-7"}
    return made


@pytest.mark.parametrize("name", [None, "Debian"])
@pytest.mark.parametrize("variables", [{}, {"windows_host_distribution": "Debian"}])
def test_the_own_distribution_is_worked_on_here(orders: t.Any, name: str | None, variables: dict[str, str]) -> None:
    orders.wslfleet_vars.update(variables)
    found, into = orders.wslfleet_way(name, may_stop=True)
    assert (found, type(into), into.where) == ("Debian", way.OverLinux, "distribution Debian on laptop-7")


@pytest.mark.parametrize(
    ("name", "variables"), [("Ubuntu", {}), (None, {"windows_host_distribution": "Ubuntu"})], ids=["option", "variable"]
)
def test_another_distribution_is_entered_by_wsl(orders: t.Any, name: str | None, variables: dict[str, str]) -> None:
    """Also by who is not root here: WSL gives root there."""
    orders.wslfleet_vars.update(variables)
    found, into = orders.wslfleet_way(name, may_stop=False)
    assert (found, type(into), into.where) == ("Ubuntu", way.OverWindows, "distribution Ubuntu on laptop-7")


def test_the_own_distribution_needs_root(orders: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way.os, "geteuid", lambda: 1000)
    with pytest.raises(StepFailed, match="needs root"):
        orders.wslfleet_way(None, may_stop=False)


def test_windows_is_at_hand(orders: t.Any) -> None:
    assert orders.wslfleet_has_windows
