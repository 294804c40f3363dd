# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.wslfleet.cuda.plugins.action import wsl_conf
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import linux_action
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

from tests.unit.host_answers import BATCH, HostAnswers
from tests.unit.scripted_runner import Answer, ScriptedRunner

SETTINGS = {"boot": {"systemd": True}}
LIST = wsl_line(EXECUTABLE, ["--list", "--verbose"])
STOP = wsl_line(EXECUTABLE, ["--terminate", "Debian"])
RUNS = b"* Debian    Running         2\r\n"


def run(
    monkeypatch: pytest.MonkeyPatch, changed: bool, answers: list[Answer], check_mode: bool = False, **args: t.Any
) -> dict[str, t.Any]:
    """The result of a task whose module says CHANGED, and whose host gives ANSWERS."""
    answer = {"changed": changed, "needs": "wsl.exe --terminate" if changed else ""}
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(linux_action, "taken", lambda _module, answer, complete: answer)
    monkeypatch.setattr(ActionBase, "_execute_module", lambda self, module_args, task_vars: dict(answer))
    action = wsl_conf.ActionModule(
        MagicMock(args={"settings": SETTINGS, **args}, check_mode=check_mode, action="x.wsl_conf", async_val=0),
        *(MagicMock() for _ in range(5)),
    )
    with ScriptedRunner([(BATCH, one) for one in answers]) as runner:
        action._connection = SimpleNamespace(windows_runner=runner, get_option=lambda name: "Debian")
        return action.run(None, {})


def test_nothing_is_stopped_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, True, [])["needs"] == "wsl.exe --terminate"
    assert run(monkeypatch, False, [], terminate=True)["needs"] == ""
    assert run(monkeypatch, True, [], check_mode=True, terminate=True)["needs"] == "wsl.exe --terminate"


def test_terminate(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, True, [HostAnswers({LIST: RUNS, STOP: b""})], terminate=True)
    assert (result["changed"], result["needs"]) == (True, "")


def test_wrong_options_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, True, [], terminate="perhaps")
    assert (result["failed"], "perhaps" in result["msg"], "\n" in result["msg"]) == (True, True, False)


def test_terminate_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, True, [HostAnswers({LIST: RUNS})], terminate=True)
    assert (result["failed"], result["changed"]) == (True, True)
    assert run(monkeypatch, True, [HostUnreachable("lost")], terminate=True)["unreachable"] is True


def test_terminate_needs_the_connection_to_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    action = wsl_conf.ActionModule(
        MagicMock(args={"settings": SETTINGS, "terminate": True}, async_val=0), *(MagicMock() for _ in range(5))
    )
    action._connection = SimpleNamespace()
    assert "needs a connection to Windows" in action.run(None, {})["msg"]


def test_from_inside_the_end_is_left_to_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be the end of the run."""
    monkeypatch.setattr(wsl_conf, "is_inside", lambda _connection: True)
    monkeypatch.setattr(wsl_conf.ActionModule, "wslfleet_goes_by_windows", lambda *_words: False)
    result = run(monkeypatch, True, [], terminate=True)
    assert (result["changed"], result["needs"]) == (True, "wsl.exe --terminate")
    (warning,) = result["warnings"]
    assert warning.endswith("run it yourself in a terminal of Windows: wsl.exe --terminate Debian")
