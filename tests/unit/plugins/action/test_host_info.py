# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.action.host_info import ActionModule
from ansible_collections.wslfleet.cuda.plugins.modules.host_info import RETURN
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q

from tests.unit.host_answers import BATCH, HostAnswers, fresh, with_distribution, with_features, with_wsl
from tests.unit.plugins.action.windows_action import run_action


def test_machine_is_one_command() -> None:
    result = run_action(ActionModule, {"gather_subset": ["machine"]}, [(BATCH, with_wsl(with_features(fresh())))])
    assert (result["changed"], result["nvidia"]["nvidia_smi"]) == (False, "not asked")
    assert {verdict["level"] for verdict in result["preflight"]} == {"ok", "info"}


def test_all_is_two_commands() -> None:
    result = run_action(ActionModule, {}, [(BATCH, fresh()), (BATCH, HostAnswers())])
    assert result["nvidia"]["nvidia_smi"].startswith("nvidia-smi.exe failed")


def test_minimum_driver() -> None:
    args = {"gather_subset": ["machine"], "minimum_driver": "580"}
    result = run_action(ActionModule, args, [(BATCH, fresh())])
    assert [verdict["id"] for verdict in result["preflight"] if verdict["level"] == "stop"] == ["nvidia_driver"]


@pytest.mark.parametrize("minimum", ["new", "5.x", ""])
def test_a_bad_minimum_driver_asks_the_host_nothing(minimum: str) -> None:
    result = run_action(ActionModule, {"minimum_driver": minimum}, [])
    assert (result["failed"], "527.41" in result["msg"]) == (True, True)


@pytest.mark.parametrize("toolkit", ["12.7", "13", "cuda"])
def test_a_toolkit_that_does_not_exist_asks_the_host_nothing(toolkit: str) -> None:
    result = run_action(ActionModule, {"toolkit": toolkit}, [])
    assert (result["failed"], "known: 12.0" in result["msg"]) == (True, True)


def test_what_is_returned_is_what_is_documented() -> None:
    host = with_distribution(with_wsl(with_features(fresh())))
    result = run_action(ActionModule, {"gather_subset": ["machine"]}, [(BATCH, host)])
    documented = yaml.safe_load(RETURN)
    assert set(result) - {"changed"} == set(documented)
    for name in ("windows", "wsl", "nvidia", "reboot", "virtualization", "power", "network"):
        assert set(result[name]) == set(documented[name]["contains"]), name
    for name in ("distributions", "users", "preflight"):
        assert set(result[name][0]) == set(documented[name]["contains"]), name
    assert set(result["nvidia"]["gpus"][0]) == set(documented["nvidia"]["contains"]["gpus"]["contains"])


def test_copies_of_registries_need_users_in_the_subset() -> None:
    result = run_action(ActionModule, {"gather_subset": ["machine"], "unloaded_profiles": "copy"}, [])
    assert (result["failed"], "needs users" in result["msg"]) == (True, True)


def test_what_went_wrong_with_copies_is_a_warning() -> None:
    host = fresh()
    del host[q.windows()["elevated"]]
    args = {"gather_subset": ["users"], "unloaded_profiles": "copy"}
    result = run_action(ActionModule, args, [(BATCH, host), (BATCH, HostAnswers())])
    assert result["warnings"] == ["copies of users' registries need administrator rights"]


@pytest.mark.parametrize("toolkit", ["12.latest", "13.latest", "12.8.1"])
def test_every_documented_form_of_a_toolkit_is_measured(toolkit: str) -> None:
    args = {"gather_subset": ["machine"], "toolkit": toolkit}
    result = run_action(ActionModule, args, [(BATCH, with_wsl(with_features(fresh())))])
    assert [verdict for verdict in result["preflight"] if "compute" in verdict["id"]]


@pytest.mark.parametrize("args", [{"toolkit": 12.1}, {"minimum_driver": 527.4}])
def test_a_version_that_is_a_number_asks_the_host_nothing(args: dict[str, object]) -> None:
    result = run_action(ActionModule, args, [])
    assert result["failed"] is True
    assert f"{next(iter(args))} is the number" in result["msg"] and "quote it" in result["msg"]
