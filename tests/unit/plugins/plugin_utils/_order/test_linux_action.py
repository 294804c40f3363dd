# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module for Linux that is sent as an order of one step."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.linux_action import LinuxAction
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order.plan import Outcome


@pytest.mark.parametrize("python", [True, False])
def test_python_that_was_installed_is_a_change(python: bool) -> None:
    action: t.Any = object.__new__(LinuxAction)
    action._task = SimpleNamespace(action="wslfleet.cuda.cuda_guard", async_val=0)
    rows = ({"register": "", "seconds": 0, "result": {"changed": False, "failed": False}},)
    action.wslfleet_order = lambda _steps: ("Debian", Outcome(rows=rows, python=python))
    assert action._as_order({})["changed"] is python
