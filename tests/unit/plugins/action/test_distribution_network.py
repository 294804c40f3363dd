# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.action import distribution_network
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import linux_action
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import certificates as store
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import registry_query

from tests.unit.host_answers import BATCH, HostAnswers
from tests.unit.plugins.module_utils.certificate_data import AUTHORITY, OLD_AUTHORITY
from tests.unit.plugins.plugin_utils._windows.test_certificates import DER, printed
from tests.unit.scripted_runner import Answer, ScriptedRunner

ON_WINDOWS = HostAnswers({registry_query(store.POLICY, recursive=True): printed(store.POLICY, DER)})


def run(monkeypatch: pytest.MonkeyPatch, answers: list[Answer] | None, **args: t.Any) -> dict[str, t.Any]:
    """The result of a task whose host gives ANSWERS; None: another connection. ``asked``: what the module got."""
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(linux_action, "taken", lambda _module, answer, complete: answer)
    monkeypatch.setattr(ActionBase, "_execute_module", lambda self, module_args, task_vars: {"asked": module_args})
    action = distribution_network.ActionModule(
        MagicMock(args=args, action="wslfleet.cuda.distribution_network", async_val=0), *(MagicMock() for _ in range(5))
    )
    with ScriptedRunner([(BATCH, one) for one in answers or []]) as runner:
        action._connection = SimpleNamespace() if answers is None else SimpleNamespace(windows_runner=runner)
        return action.run(None, {})


def test_without_certificates_of_windows_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, None, proxy="http://x:1")["asked"] == {"proxy": "http://x:1"}
    assert run(monkeypatch, None, windows_certificates=[])["asked"] == {"certificates": []}
    kept = run(monkeypatch, None, windows_certificates=[], certificates=[OLD_AUTHORITY])
    assert kept["asked"] == {"certificates": [OLD_AUTHORITY]}


def test_certificates_of_windows_come_beside_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, [ON_WINDOWS], windows_certificates=["all"], certificates=[OLD_AUTHORITY], proxy="")
    assert result["asked"] == {"certificates": [OLD_AUTHORITY, AUTHORITY], "proxy": ""}


def test_failures_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "needs a connection to Windows" in run(monkeypatch, None, windows_certificates=["all"])["msg"]
    assert "is no thumbprint" in run(monkeypatch, [], windows_certificates=["x"])["msg"]
    assert run(monkeypatch, [HostUnreachable("lost")], windows_certificates=["all"])["unreachable"] is True
