# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_read, _nvidia
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import MAXIMUM_LENGTH, batch
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandTimeout, Completed

from tests.unit.host_answers import (
    BATCH,
    GUID,
    SID,
    HostAnswers,
    fresh,
    reg,
    with_distribution,
    with_features,
    with_wsl,
)
from tests.unit.scripted_runner import ScriptedRunner

OTHER = "S-1-12-1-4444444444-5555555555-6666666666-7777777777"
ABSENT = "S-1-5-21-1111111111-2222222222-3333333333-1002"
SMI = re.compile(r"nvidia-smi\.exe")


def read(answers: HostAnswers, second: HostAnswers | None = None) -> _host_read.HostState:
    script = [(BATCH, answers)] + ([(BATCH, second)] if second is not None else [])
    with ScriptedRunner(script) as runner:
        return _host_read.read_host(runner, other_users=second is not None, nvidia_smi=second is not None)


def test_first_command_fits_into_one_line() -> None:
    assert len(batch(list(_host_read.first_lines().values()))) < MAXIMUM_LENGTH * 0.8


def test_fresh_host() -> None:
    state = read(fresh())
    assert (state.windows.product, state.windows.version) == ("Windows 11 Pro", "22631.3155")
    assert (state.windows.ui_language, state.windows.architecture) == ("de-DE", "AMD64")
    assert (state.windows.computer_name, state.elevated) == ("LAPTOP-7", True)
    assert (state.wsl.version, state.wsl.allowed, set(state.wsl.services.values())) == (None, True, {False})
    assert (state.pending.reasons, state.pending.boot_id) == ((), 41)
    assert [gpu.driver_version for gpu in state.gpus] == ["551.61"]
    assert state.cuda_library is True
    assert [(user.name, user.connected, user.loaded) for user in state.users] == [("Jörg", True, True)]
    assert state.distributions == {SID: []}


def test_distribution_of_the_connected_account() -> None:
    result = _host_read.as_result(read(with_distribution(with_wsl(with_features(fresh())))))
    assert result["wsl"]["version"] == "2.6.3.0"
    assert result["wsl"]["executable"] == "C:\\Program Files\\WSL\\wsl.exe"
    assert result["account"] == "Jörg"
    assert result["distributions"] == [
        {
            "owner": "Jörg",
            "sid": SID,
            "name": "Debian",
            "guid": GUID,
            "version": 2,
            "default": True,
            "default_uid": 1000,
            "base_path": f"C:\\Users\\Jörg\\AppData\\Local\\wsl\\{GUID}",
            "state": "installed",
        }
    ]


def test_wsl_1_is_told_by_the_flags() -> None:
    state = read(with_distribution(with_wsl(fresh()), flags=7))
    assert [entry.version for entry in state.distributions[SID]] == [1]


def two_more_users() -> HostAnswers:
    answers = fresh()
    answers[q.users()["hives"]] += f"HKEY_USERS\\{OTHER}\r\n".encode()
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\"
    for sid, name in ((OTHER, "AdaLovelace"), (ABSENT, "Grace")):
        answers[q.users()["profiles"]] += reg(key + sid, ("ProfileImagePath", "REG_EXPAND_SZ", f"C:\\Users\\{name}"))
    return answers


def test_other_users_and_nvidia_smi_in_a_second_command() -> None:
    lxss = f"HKEY_USERS\\{OTHER}\\Software\\Microsoft\\Windows\\CurrentVersion\\Lxss\\{GUID}"
    second = HostAnswers(
        {q.distributions_of(OTHER)[f"lxss_{OTHER}"]: reg(lxss, ("DistributionName", "REG_SZ", "Ubuntu"))}
    )
    smi = _nvidia.smi_lines([_nvidia.Gpu("", "551.61", "")])
    second[smi["nvidia_smi"]] = b"NVIDIA RTX A2000 Laptop GPU, 551.61, WDDM, 4096\r\n"
    second[smi["nvidia_smi_capability"]] = b"8.6\r\n"
    state = read(two_more_users(), second)
    assert [entry.name for entry in state.distributions[OTHER]] == ["Ubuntu"]
    assert ABSENT not in state.distributions
    assert (state.gpus[0].compute_capability, state.nvidia_smi) == ("8.6", "confirmed")
    users = {user["name"]: user["distributions_known"] for user in _host_read.as_result(state)["users"]}
    assert users == {"Jörg": True, "AdaLovelace": True, "Grace": False}


def test_nvidia_smi_that_hangs_costs_nothing_but_itself() -> None:
    script = [(BATCH, two_more_users()), (SMI, CommandTimeout("20 s")), (BATCH, HostAnswers())]
    with ScriptedRunner(script) as runner:
        state = _host_read.read_host(runner)
        assert "nvidia-smi" not in runner.calls[2][0]
    assert state.nvidia_smi == "nvidia-smi.exe did not answer within 20 s"
    assert state.distributions[OTHER] == []


def test_nvidia_smi_that_fails_is_told() -> None:
    with ScriptedRunner([(BATCH, fresh()), (SMI, HostAnswers())]) as runner:
        state = _host_read.read_host(runner)
    assert state.nvidia_smi == "nvidia-smi.exe failed: no message"
    assert state.gpus[0].driver_version == "551.61"


def test_a_batch_that_was_cut_short_is_no_host_without_wsl() -> None:
    answer = Completed(1, b"wslfleet-batch-begin\r\n", b"Zugriff verweigert\r\n")
    with ScriptedRunner([(BATCH, answer)]) as runner, pytest.raises(StepFailed, match="Zugriff verweigert"):
        _host_read.read_host(runner)
