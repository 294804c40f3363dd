# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.action.nvidia_driver import ActionModule
from ansible_collections.wslfleet.cuda.plugins.modules.nvidia_driver import RETURN
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed

from tests.unit.host_answers import BATCH, HostAnswers, fresh
from tests.unit.plugins.action.windows_action import Script, run_action

SOURCE = {"installer": "https://packages.example.com/driver.exe", "sha256": "0f" * 32}


@pytest.fixture(autouse=True)
def no_other_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is tested by tests/integration/windows/test_two_runs.py."""
    monkeypatch.setattr(lock, "alone", lambda _runner, _seconds: contextlib.nullcontext())


def test_a_driver_that_will_do() -> None:
    result = run_action(ActionModule, {"minimum": "551.61"}, [(BATCH, fresh()), (BATCH, HostAnswers())])
    assert (result["changed"], result["version"], result["reboot_required"]) == (False, "551.61", False)
    assert set(result) - {"changed"} == set(yaml.safe_load(RETURN))


def test_check_mode() -> None:
    args = {"minimum": "580", **SOURCE}
    script = [(BATCH, fresh()), (BATCH, HostAnswers())]
    result = run_action(ActionModule, args, script, check_mode=True, diff=True)
    assert (result["changed"], result["version"], len(result["steps"])) == (True, "551.61", 1)
    assert SOURCE["installer"] in result["diff"]["prepared"]


@pytest.mark.parametrize("args", [{"minimum": "new"}, {"installer": SOURCE["installer"]}, {**SOURCE, "installer": "x"}])
def test_bad_input_asks_the_host_nothing(args: dict[str, t.Any]) -> None:
    result = run_action(ActionModule, args, [])
    assert result["failed"] is True
    assert "\n" not in result["msg"]


@pytest.mark.parametrize(("code", "failed"), [(0, True), (1, False)])
def test_an_installer_that_changes_nothing(code: int, failed: bool) -> None:
    digest = Completed(0, f"{SOURCE['sha256']}\r\n".encode(), b"")
    script: Script = [
        (BATCH, fresh()),
        (BATCH, HostAnswers()),
        (re.compile("certutil.exe"), Completed(0x80070002, b"", b"")),
        (re.compile("curl.exe"), Completed(0, b"", b"")),
        (re.compile("certutil.exe"), digest),
        (re.compile("^move "), Completed(0, b"", b"")),
        (re.compile(r'start "" /wait'), Completed(code, b"", b"")),
        (re.compile("^del "), Completed(0, b"", b"")),
        (BATCH, fresh()),
        (BATCH, HostAnswers()),
    ]
    result = run_action(ActionModule, {"minimum": "580", **SOURCE}, script)
    assert (result.get("failed", False), result["changed"], result["signer"]) == (failed, True, None)
    assert ("551.61 and not 580" in result.get("msg", "")) is failed
    assert "did not show who signed" in result["warnings"][0]
