# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._linux.runner import DistributionUnreachable, LinuxRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import Completed, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import linux_stdin

from tests.unit.scripted_runner import Answer, ScriptedRunner

ENTER = re.compile(r"wsl\.exe\" -d Debian -u dev --cd / --exec /bin/sh -c ")
EXISTS = 'dir /b "C:\\Program Files\\WSL\\wsl.exe"'


def refused(text: str) -> Completed:
    return Completed(0xFFFFFFFF, text.encode(), b"")


def linux(*answers: Answer) -> tuple[ScriptedRunner, LinuxRunner]:
    lines = (ENTER, EXISTS)
    runner = ScriptedRunner(list(zip(lines, answers)))
    return runner, LinuxRunner(runner, "laptop1", "Debian", "dev")


def test_command_and_payload_go_to_stdin() -> None:
    runner, distribution = linux(Completed(0, b"out", b"err\nwslfleet-exit-0\n"))
    assert distribution.run("cat", b"\0payload") == Completed(0, b"out", b"err\n")
    assert runner.calls[0][1] == linux_stdin("cat") + b"\0payload"


FAILURES = [
    pytest.param(
        [refused("x\r\nError code: Wsl/Service/WSL_E_DISTRO_NOT_FOUND\r\n")],
        "WSL_E_DISTRO_NOT_FOUND",
        "distribution Debian on laptop1: no distribution has that name for this account (WSL_E_DISTRO_NOT_FOUND)",
        id="missing distribution",
    ),
    pytest.param(
        [refused("User not found.\r\nFehlercode: Wsl/WSL_E_USER_NOT_FOUND\r\n")],
        "WSL_E_USER_NOT_FOUND",
        "the Linux user dev does not exist (WSL_E_USER_NOT_FOUND); create the user or set ansible_wsl_user",
        id="unknown Linux user",
    ),
    pytest.param(
        [refused("x\r\nError code: Wsl/Service/CreateInstance/CreateVm/HCS/0x80370102\r\n")],
        "HCS_E_HYPERV_NOT_INSTALLED",
        "the virtual machine cannot start: no hypervisor runs (HCS_E_HYPERV_NOT_INSTALLED); enable",
        id="virtual machine cannot start",
    ),
    pytest.param(
        [refused("half a line of Linux\nx\r\nError code: Wsl/Service/E_UNEXPECTED\r\n")],
        "E_UNEXPECTED",
        "the virtual machine or the WSL service went away (wsl.exe said: half a line of Linux x) (E_UNEXPECTED)",
        id="virtual machine crashed",
    ),
    pytest.param(
        [Completed(1, b"", b"'\"C:\\Program Files\\WSL\\wsl.exe\"' wurde nicht gefunden.\r\n"), Completed(1, b"", b"")],
        "wsl_absent",
        "WSL is not installed: there is no C:\\Program Files\\WSL\\wsl.exe; install WSL",
        id="WSL absent",
    ),
    pytest.param(
        [Completed(1, b"", b"Zugriff verweigert\r\n"), Completed(0, b"wsl.exe\r\n", b"")],
        "wsl_blocked",
        "Windows did not start C:\\Program Files\\WSL\\wsl.exe (Zugriff verweigert); allow it",
        id="application control",
    ),
    pytest.param(
        [Completed(1, b"half an answer", b"warning"), Completed(0, b"wsl.exe\r\n", b"")],
        "stopped",
        "it stopped before the command ended (exit code 1), so the outcome is unknown; run again",
        id="stopped in the middle",
    ),
    pytest.param(
        [Completed(1, b"", b""), Completed(0, b"wsl.exe\r\n", b"")],
        "stopped",
        "it stopped before the command ended",
        id="stopped in silence",
    ),
    pytest.param(
        [Completed(1, b"", b"<3>WSL (1 - Relay) ERROR: CreateProcessCommon: execvpe(/bin/sh) failed: No such file\n")],
        "no_shell",
        "it has no /bin/sh or no base64; install coreutils",
        id="no shell",
    ),
    pytest.param([Completed(0, b"", b"/bin/sh: 1: base64: not found\n")], "no_shell", "no base64", id="no base64"),
]


@pytest.mark.parametrize("answers, reason, message", FAILURES)
def test_failures_differ(answers: list[Completed], reason: str, message: str) -> None:
    runner, distribution = linux(*answers)
    with pytest.raises(DistributionUnreachable) as caught:
        distribution.run("true")
    assert caught.value.reason == reason
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    runner.assert_finished()


def test_failures_of_the_host_pass() -> None:
    _runner, distribution = linux(HostUnreachable("laptop1: gone"))
    with pytest.raises(HostUnreachable, match="laptop1: gone"):
        distribution.run("true")
