# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.action.wsl_distribution import ActionModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

from tests.unit.host_answers import BATCH, fresh, with_distribution, with_features, with_wsl
from tests.unit.plugins.action.windows_action import run_action

READY = with_wsl(with_features(fresh()))
THERE = with_distribution(READY)
OK = Completed(0, b"", b"")


@pytest.mark.parametrize("running", [True, False])
def test_converged_is_one_command(running: bool) -> None:
    result = run_action(ActionModule, {"name": "Debian"}, [(BATCH, with_distribution(READY, running=running))])
    assert (result["changed"], result["present"], result["running"]) == (False, True, running)


@pytest.fixture(autouse=True)
def no_other_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is tested by tests/integration/windows/test_two_runs.py."""
    monkeypatch.setattr(lock, "alone", lambda _runner, _seconds: contextlib.nullcontext())


def test_install() -> None:
    script = [
        (BATCH, READY),
        (BATCH, READY),
        (re.compile("--install Debian --version 2 --no-launch$"), OK),
        (BATCH, THERE),
    ]
    result = run_action(ActionModule, {"name": "Debian"}, script)
    assert (result["changed"], result["present"]) == (True, True)
    assert result["steps"] == ["install distribution Debian (wsl.exe --install)"]


def test_exit_code_0_proves_nothing() -> None:
    script = [(BATCH, READY), (BATCH, READY), (re.compile("--install Debian"), OK), (BATCH, READY)]
    result = run_action(ActionModule, {"name": "Debian"}, script)
    assert result["failed"] is True
    assert "not registered" in result["msg"]


def test_an_unknown_online_name() -> None:
    said = Completed(0xFFFFFFFF, "Code d'erreur\u00a0: Wsl/InstallDistro/WSL_E_DISTRO_NOT_FOUND\r\n".encode(), b"")
    script = [(BATCH, READY), (BATCH, READY), (re.compile("--install"), said)]
    result = run_action(ActionModule, {"name": "Debain"}, script)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "no distribution 'Debain'; choose a name" in result["msg"]


def test_check_mode_on_a_host_without_wsl() -> None:
    result = run_action(ActionModule, {"name": "Debian"}, [(BATCH, fresh())], check_mode=True)
    assert (result["changed"], result["present"], len(result["steps"])) == (True, False, 1)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"name": "De bian"}, "cannot be the name of a distribution"),
        ({"name": "x" * 257}, "cannot be the name of a distribution"),
        ({"name": "Debian", "version": 3}, "value of version must be one of"),
        ({}, "missing required arguments: name"),
    ],
)
def test_bad_arguments_ask_the_host_nothing(args: dict[str, object], message: str) -> None:
    result = run_action(ActionModule, args, [])
    assert result["failed"] is True
    assert message in result["msg"]


def test_absent_needs_force() -> None:
    result = run_action(ActionModule, {"name": "Debian", "state": "absent"}, [(BATCH, THERE)])
    assert (result["failed"], "force=true" in result["msg"]) == (True, True)


def test_absent() -> None:
    script = [(BATCH, THERE), (BATCH, THERE), (re.compile("--unregister Debian$"), OK), (BATCH, READY)]
    result = run_action(ActionModule, {"name": "debian", "state": "absent", "force": True}, script)
    assert (result["changed"], result["present"]) == (True, False)


def test_terminated() -> None:
    host = with_distribution(READY, running=True)
    host[wsl_line("D:\\WSL\\wsl.exe", ["--list", "--verbose"])] = b"* Debian    Running         2\r\n"
    host[wsl_line("D:\\WSL\\wsl.exe", ["--terminate", "Debian"])] = b""
    args = {"name": "Debian", "state": "terminated"}
    result = run_action(ActionModule, args, [(BATCH, host)], ansible_wsl_executable="D:\\WSL\\wsl.exe")
    assert (result["changed"], result["running"]) == (True, True)


def test_terminated_already() -> None:
    result = run_action(ActionModule, {"name": "Debian", "state": "terminated"}, [(BATCH, THERE)])
    assert (result["changed"], result["running"], result["steps"]) == (False, False, [])
