# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.disks import profile_lines
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import MAXIMUM_LENGTH, Batch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import observe as w
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.state import WslState

from tests.unit.host_answers import (
    BATCH,
    GUID,
    PRODUCT,
    HostAnswers,
    fresh,
    reg,
    with_distribution,
    with_features,
    with_wsl,
)
from tests.unit.scripted_runner import ScriptedRunner

READY = with_wsl(with_features(fresh()))
ANNA, BERND = "S-1-5-21-1-2-3-1105", "S-1-12-1-4-5-6-7"


def observed(goal: WslGoal, *answers: HostAnswers) -> WslState:
    with ScriptedRunner([(BATCH, answer) for answer in answers]) as runner:
        return w.observe(runner, goal)


@pytest.mark.parametrize(
    "goal", [WslGoal(), WslGoal(state="latest"), WslGoal(version="2.6.3"), WslGoal(state="absent")]
)
def test_the_longest_line_has_room(goal: WslGoal) -> None:
    assert len(Batch(list(w._lines(goal).values())).line) < MAXIMUM_LENGTH * 0.9


def test_converged_is_one_command() -> None:
    state = observed(WslGoal(), READY)
    assert (state.version, state.product_code, state.damaged_files, state.running) == ("2.6.3.0", PRODUCT, (), None)
    assert (state.build, state.ubr, state.architecture) == (22631, 3155, "AMD64")


@pytest.mark.parametrize("version", ["1.2.5.0", "2.6.3.0"])
def test_before_an_upgrade_or_a_repair_it_is_known_who_runs(version: str) -> None:
    answers = with_wsl(with_features(fresh()), version)
    if version != "1.2.5.0":
        answers[q.pending_reboot()["file_renames"]] = reg(
            "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager",
            ("PendingFileRenameOperations", "REG_MULTI_SZ", "\\??\\C:\\Program Files\\WSL\\system.vhd\\0"),
        )
    running = HostAnswers({q.processes()["processes"]: b'"wsl.exe","9000","Console","1","8 K"\r\n'})
    assert observed(WslGoal(), answers, running).running == ("wsl.exe",)


def test_a_package_in_another_folder_is_not_called_damaged() -> None:
    machine = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss\\MSI"
    answers = with_features(fresh())
    answers[q.wsl()["lxss_machine"]] = reg(
        machine, ("InstallLocation", "REG_SZ", "D:\\WSL\\"), ("Version", "REG_SZ", "2.6.3.0")
    )
    assert observed(WslGoal(), answers).damaged_files == ()


def test_running_programs() -> None:
    lines = (
        '"System Idle Process","0","Services","0","8 K"\r\n'
        '"vmmemWSL","7180","Services","0","812.440 K"\r\n'
        '"wslhost.exe","9000","Services","0","9.980 K"\r\n'
        '"wslhost.exe","9004","Services","0","9.980 K"\r\n'
        '"wslservice.exe","3340","Services","0","15.200 K"\r\n'
    )
    assert w.running_programs(lines.encode()) == ("vmmemWSL", "wslhost.exe")


def test_before_a_removal_it_is_known_whose_distributions_there_are() -> None:
    first = with_distribution(READY, "Debian")
    first[q.processes()["processes"]] = b""
    profiles = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
    first[q.users()["profiles"]] += reg(
        f"{profiles}\\{ANNA}", ("ProfileImagePath", "REG_EXPAND_SZ", "C:\\Users\\anna")
    ) + reg(f"{profiles}\\{BERND}", ("ProfileImagePath", "REG_EXPAND_SZ", "C:\\Users\\bernd"))
    first[q.users()["hives"]] += f"HKEY_USERS\\{ANNA}\r\n".encode()
    key = f"HKEY_USERS\\{ANNA}\\{keys.LXSS_USER}"
    disk = "C:\\Users\\bernd\\AppData\\Local\\wsl\\{1}\\ext4.vhdx"
    second = HostAnswers(
        {
            q.distributions_of(ANNA)[f"lxss_{ANNA}"]: reg(f"{key}\\{GUID}", ("DistributionName", "REG_SZ", "Ubuntu")),
            profile_lines("C:\\Users\\bernd", BERND)[f"disks_{BERND}"]: f"{disk}\r\n".encode(),
        }
    )
    assert observed(WslGoal(state="absent"), first, second).distributions == (
        "Debian of Jörg",
        "Ubuntu of anna",
        f"the disk {disk} of bernd",
    )


def test_before_a_removal_many_profiles_do_not_make_the_command_too_long() -> None:
    first = with_distribution(READY, "Debian")
    first[q.processes()["processes"]] = b""
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
    for number in range(60):
        first[q.users()["profiles"]] += reg(
            f"{key}\\S-1-5-21-1-2-3-{2000 + number}",
            ("ProfileImagePath", "REG_EXPAND_SZ", f"C:\\Users\\developer{number}"),
        )
    with_disk = HostAnswers(
        {profile_lines("C:\\Users\\developer59", ANNA)[f"disks_{ANNA}"]: b"C:\\Users\\developer59\\x.vhdx\r\n"}
    )
    found = observed(WslGoal(state="absent"), first, HostAnswers(), HostAnswers(), with_disk).distributions
    assert found == ("Debian of Jörg", "the disk C:\\Users\\developer59\\x.vhdx of developer59")


def test_nothing_to_remove_is_one_command() -> None:
    assert observed(WslGoal(state="absent"), fresh()).version is None
