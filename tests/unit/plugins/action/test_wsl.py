# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.action.wsl import ActionModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import lock
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    AuthenticationFailed,
    Completed,
    HostUnreachable,
)

from tests.unit.host_answers import BATCH, PRODUCT, HostAnswers, fresh, reg, with_features, with_wsl
from tests.unit.plugins.action.windows_action import Script, run_action

READY = with_wsl(with_features(fresh()))
INFO = (re.compile("Get-FeatureInfo"), Completed(0, b"State : Disabled\r\n", b""))
PENDING = (re.compile("Get-FeatureInfo"), Completed(0, b"State : Enable Pending\r\n", b""))
ENABLE = (re.compile("Enable-Feature"), Completed(3010, b"", b""))
STUB = (re.compile("--install --no-distribution"), Completed(0, b"", b""))
STEPS = [
    "enable the Windows feature VirtualMachinePlatform (dism.exe)",
    "install WSL (wsl.exe --install --no-distribution)",
]


@pytest.fixture(autouse=True)
def no_other_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is tested by tests/integration/windows/test_two_runs.py."""
    monkeypatch.setattr(lock, "alone", lambda _runner, _seconds: contextlib.nullcontext())


def test_converged() -> None:
    result = run_action(ActionModule, {}, [(BATCH, READY)], diff=True)
    assert (result["changed"], result["steps"], result["reboot_required"]) == (False, [], False)
    assert (result["version_before"], result["version"]) == ("2.6.3.0", "2.6.3.0")
    assert result["diff"] == {"prepared": ""}
    assert "failed" not in result


def test_fresh() -> None:
    script: Script = [(BATCH, fresh()), INFO, ENABLE, STUB, (BATCH, with_wsl(fresh())), PENDING]
    result = run_action(ActionModule, {}, script)
    assert (result["changed"], result["steps"]) == (True, STEPS)
    assert (result["version_before"], result["version"], result["reboot_required"]) == (None, "2.6.3.0", True)


def test_check_mode_tells_the_steps_and_does_nothing() -> None:
    result = run_action(ActionModule, {}, [(BATCH, fresh()), INFO], check_mode=True, diff=True)
    assert (result["changed"], result["steps"], result["reboot_required"]) == (True, STEPS, True)
    assert result["diff"]["prepared"] == f"+ {STEPS[0]}\n+ {STEPS[1]}\n"


def test_before_the_restart_nothing_is_done_twice() -> None:
    result = run_action(ActionModule, {}, [(BATCH, with_wsl(fresh())), PENDING])
    assert (result["changed"], result["steps"], result["reboot_required"]) == (False, [], True)


@pytest.mark.parametrize(("version", "changed"), [("2.6.3.0", False), ("2.7.10.0", True)])
def test_latest_is_changed_only_by_a_new_version(version: str, changed: bool) -> None:
    before = READY.copy()
    before[q.processes()["processes"]] = b""
    script: Script = [
        (BATCH, before),
        (re.compile("--update"), Completed(0, b"", b"")),
        (BATCH, with_wsl(READY, version)),
    ]
    result = run_action(ActionModule, {"state": "latest"}, script)
    assert (result["changed"], result["version"]) == (changed, version)


def test_check_mode_of_latest_does_not_guess() -> None:
    result = run_action(ActionModule, {"state": "latest"}, [(BATCH, READY)], check_mode=True)
    assert (result["changed"], len(result["steps"])) == (False, 1)


def test_put_off_while_someone_works() -> None:
    before = READY.copy()
    before[q.processes()["processes"]] = b'"wsl.exe","9000","Console","1","8 K"\r\n'
    result = run_action(ActionModule, {"state": "latest"}, [(BATCH, before)])
    assert result["changed"] is False
    assert result["warnings"] == [result["deferred"]]


def test_a_failure_tells_what_was_done_before_it() -> None:
    script: Script = [(BATCH, fresh()), INFO, ENABLE, STUB, (BATCH, fresh()), PENDING]
    result = run_action(ActionModule, {}, script)
    assert (result["failed"], result["changed"], result["steps"]) == (True, True, STEPS)
    assert "still not installed" in result["msg"]


@pytest.mark.parametrize("error", [HostUnreachable("laptop-7: off"), AuthenticationFailed("laptop-7: refused")])
def test_a_host_that_cannot_be_reached_is_unreachable(error: Exception) -> None:
    result = run_action(ActionModule, {}, [(BATCH, error)])
    assert (result["unreachable"], result["msg"]) == (True, str(error))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"state": "gone"}, "value of state must be one of"),
        ({"methode": "msi"}, "methode"),
        ({"method": "msi"}, "method=msi needs msi"),
        ({"timeout": "soon"}, "timeout"),
    ],
)
def test_bad_arguments_ask_the_host_nothing(args: dict[str, str], message: str) -> None:
    result = run_action(ActionModule, args, [])
    assert result["failed"] is True
    assert message in result["msg"]
    assert "\n" not in result["msg"]


def test_a_relative_path_is_found_as_ansible_finds_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "wsl.2.6.3.0.x64.msi"
    asked: list[tuple[str, str]] = []

    def find(_action: ActionModule, folder: str, name: str) -> str:
        asked.append((folder, name))
        if name == "gone.msi":
            raise AnsibleError("not found")
        return str(package)

    monkeypatch.setattr(ActionModule, "_find_needle", find)
    result = run_action(ActionModule, {"msi": "wsl.2.6.3.0.x64.msi"}, [(BATCH, fresh()), INFO], check_mode=True)
    assert f"install WSL from {package} " in result["steps"][1]
    assert asked == [("files", "wsl.2.6.3.0.x64.msi")]
    for kept in ("gone.msi", str(package), "https://x/wsl.msi", "\\\\files\\wsl\\wsl.msi"):
        result = run_action(ActionModule, {"msi": kept}, [(BATCH, fresh()), INFO], check_mode=True)
        assert f"install WSL from {kept} " in result["steps"][1]
    assert len(asked) == 2


REMOVABLE = HostAnswers({**READY, q.processes()["processes"]: b""})


def test_check_mode_of_a_removal() -> None:
    result = run_action(ActionModule, {"state": "absent"}, [(BATCH, REMOVABLE)], check_mode=True)
    assert (result["changed"], result["version"], result["reboot_required"]) == (True, "2.6.3.0", False)
    assert result["steps"] == [f"remove WSL (msiexec.exe /x {PRODUCT}); distributions are kept on their disks"]


def test_the_wsl_of_windows_itself() -> None:
    answers = with_features(fresh())
    key = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\LxssManager"
    answers[q.services()["service_lxssmanager"]] = reg(key, ("Start", "REG_DWORD", "0x3"))
    result = run_action(ActionModule, {"method": "inbox"}, [(BATCH, answers)])
    assert (result["changed"], result["version"]) == (False, None)
    assert result["executable"] == "C:\\Windows\\System32\\wsl.exe"


def test_people_on_an_old_windows_are_told_where_wsl_is() -> None:
    script: Script = [(BATCH, fresh()), INFO]
    result = run_action(ActionModule, {"version": "2.6.3"}, script, check_mode=True)
    assert "Windows build 22631.3155 does not lead wsl.exe to the package" in result["warnings"][0]


@pytest.mark.parametrize("msi", ["\\\\srv\\share\\a%b.msi", '\\\\srv\\share\\a"b.msi', 'https://x/a"b.msi'])
def test_a_source_that_no_command_line_carries_is_refused_before_the_host_is_asked(msi: str) -> None:
    """Check mode took it on a host where WSL is in order, and a run would fail on another."""
    result = run_action(ActionModule, {"msi": msi, "method": "msi", "msi_sha256": "0" * 64}, [])
    assert result["failed"] and result["msg"].startswith("msi ") and "nothing was changed" in result["msg"]
