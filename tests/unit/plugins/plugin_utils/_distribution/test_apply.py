# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import apply as d
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import goal as distribution_goal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import plan as p
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandTimeout, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import registry_query
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import wsl_line

from tests.unit.host_answers import BATCH, LIST, HostAnswers, fresh, with_distribution, with_features, with_wsl
from tests.unit.scripted_runner import Answer, Expected, ScriptedRunner

WSL = "C:\\Program Files\\WSL\\wsl.exe"
START = 'set WSL_UTF8=1&"C:\\Program Files\\WSL\\wsl.exe" '
OK = Completed(0, b"", b"")
READY = with_wsl(with_features(fresh()))


def test_nothing_registered() -> None:
    with ScriptedRunner([(BATCH, READY)]) as runner:
        state = d.observe(runner, "Debian", WSL)
    assert state == p.DistributionState((2, 6, 3, 0), None, False, "C:\\Users\\Jörg")


@pytest.mark.parametrize("running", [True, False])
def test_found_without_case(running: bool) -> None:
    with ScriptedRunner([(BATCH, with_distribution(READY, "Debian", running))]) as runner:
        state = d.observe(runner, "debian", WSL)
    assert state.found is not None
    assert (state.found.name, state.running) == ("Debian", running)


def test_a_host_without_wsl() -> None:
    with ScriptedRunner([(BATCH, fresh())]) as runner:
        state = d.observe(runner, "Debian", WSL)
    assert (state.wsl_version, state.missing_features) == (None, ("VirtualMachinePlatform",))


def protected(line: str, stdin: bytes) -> Completed:
    """What a host answers where everything works that protects a folder: no link, and every line succeeds."""
    count = line.count("-0||echo")
    ends = "".join(f"wslfleet-{n}-{1 if n == 1 else 0}\r\n" for n in range(1, count + 1))
    return Completed(0, f"wslfleet-begin\r\n{ends}".encode(), b"")


STEPS: list[tuple[Step, str]] = [
    (distribution_step.InstallOnline("Debian", "Debian", None, 2), "--install Debian --version 2 --no-launch"),
    (
        distribution_step.InstallOnline("Ubuntu", "cuda", "C:\\w s l", 1),
        '--install Ubuntu --name cuda --location "C:\\w s l" --version 1 --no-launch',
    ),
    (distribution_step.Convert("Debian", 2), "--set-version Debian 2"),
    (distribution_step.MakeDefault("Debian"), "--set-default Debian"),
    (distribution_step.Unregister("Debian"), "--unregister Debian"),
]


@pytest.mark.parametrize(("step", "arguments"), STEPS)
def test_one_command_a_step(step: Step, arguments: str) -> None:
    with ScriptedRunner([(START + arguments, OK)]) as runner:
        d.apply_step(runner, step, WSL, 60)


def test_import_from_the_controller_is_a_stream(tmp_path: Path) -> None:
    image = tmp_path / "image.tar"
    image.write_bytes(b"\x00\x1a\r\n\xff" * 1000)
    step = distribution_step.Import("Debian", str(image), None, "C:\\Users\\J\xf6rg\\AppData\\Local\\wsl\\Debian", 2)
    script: list[tuple[Expected, Answer]] = [
        ("md C:\\Users\\J\xf6rg\\AppData\\Local\\wsl", Completed(1, b"", b"exists")),
        (f"{START}--import Debian C:\\Users\\J\xf6rg\\AppData\\Local\\wsl\\Debian - --version 2", OK),
    ]
    with ScriptedRunner(script) as runner:
        d.apply_step(runner, step, WSL, 60)
        assert runner.calls[1][1] == image.read_bytes()


def test_a_download_is_removed_whatever_becomes_of_the_import() -> None:
    step = distribution_step.Import("Debian", "https://x/y.tar", None, "C:\\wsl\\Debian", 2)
    failed = Completed(0xFFFFFFFF, b"Fehlercode: Wsl/Service/RegisterDistro/WSL_E_IMPORT_FAILED\r\n", b"")
    script: list[tuple[Expected, Answer]] = [
        ("md C:\\wsl", OK),
        (re.compile("^echo wslfleet-begin&md .*icacls"), protected),
        (re.compile(r"curl\.exe"), OK),
        (re.compile(r"^move /y .*Debian\.tar\.part\" "), OK),
        (
            re.compile(
                r"--import Debian C:\\wsl\\Debian \"C:\\Program Files\\wslfleet\\images\\Debian\.tar\" --version 2$"
            ),
            failed,
        ),
        ('del /f /q "C:\\Program Files\\wslfleet\\images\\Debian.tar"', OK),
    ]
    with ScriptedRunner(script) as runner, pytest.raises(StepFailed, match="WSL_E_IMPORT_FAILED") as failure:
        d.apply_step(runner, step, WSL, 60)
    assert "\n" not in str(failure.value)


def test_time_limit_names_the_way_out() -> None:
    step = distribution_step.InstallOnline("Debian", "Debian", None, 2)
    with ScriptedRunner([(re.compile("--install"), CommandTimeout("x"))]) as runner, pytest.raises(
        StepFailed, match="source"
    ):
        d.apply_step(runner, step, WSL, 60)


@pytest.mark.parametrize(
    ("host", "goal", "message"),
    [
        (READY, distribution_goal.DistributionGoal("Debian"), "is not registered"),
        (with_distribution(READY), distribution_goal.DistributionGoal("Debian", state="absent"), "is still registered"),
    ],
)
def test_verify(host: HostAnswers, goal: distribution_goal.DistributionGoal, message: str) -> None:
    with ScriptedRunner([(BATCH, host)]) as runner, pytest.raises(StepFailed, match=message):
        d.verify(d.observe(runner, "Debian", WSL), goal)


def test_terminate_is_one_command() -> None:
    host = with_distribution(READY, running=True)
    host[wsl_line(WSL, ["--terminate", "Debian"])] = b"Der Vorgang wurde erfolgreich beendet. \r\n"
    with ScriptedRunner([(BATCH, host)]) as runner:
        assert d.terminate(runner, "Debian", WSL, really=True) is True


@pytest.mark.parametrize("host", [READY, with_distribution(READY), fresh()])
def test_terminate_what_does_not_run(host: HostAnswers) -> None:
    with ScriptedRunner([(BATCH, host)]) as runner:
        assert d.terminate(runner, "Debian", WSL, really=True) is False


def test_terminate_in_check_mode_only_looks() -> None:
    with ScriptedRunner([(BATCH, with_distribution(READY, running=True))]) as runner:
        assert d.terminate(runner, "Debian", WSL, really=False) is True
        assert "--terminate" not in runner.calls[0][0]


def test_terminate_that_fails() -> None:
    with ScriptedRunner([(BATCH, with_distribution(READY, running=True))]) as runner, pytest.raises(StepFailed):
        d.terminate(runner, "Debian", WSL, really=True)
    assert LIST in runner.calls[0][0]


def test_the_wsl_of_windows_itself_is_not_asked_to_stop_anything() -> None:
    host = fresh()
    host[registry_query("HKLM\\SYSTEM\\CurrentControlSet\\Services\\LxssManager", "Start")] = b"\r\n"
    with ScriptedRunner([(BATCH, host)]) as runner, pytest.raises(
        StepFailed, match="cannot be stopped: there is only the WSL of"
    ):
        d.terminate(runner, "Debian", None, really=True)


def test_nothing_runs_where_no_wsl_is() -> None:
    with ScriptedRunner([(BATCH, fresh())]) as runner:
        assert d.terminate(runner, "Debian", None, really=True) is False
