# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells, laptop by laptop."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

from tests.unit.a_fleet import audit, host_info

RUN = Run("run-1", "audit", "2026-11-28T13:00:00Z", "0.2.0")
TIME = "2026-11-28T14:00:00Z"


def recorder() -> Recorder:
    keeper = Recorder(RUN)
    for name in ("laptop-1", "laptop-2"):
        keeper.begin(name, ["laptops"])
    return keeper


def test_a_laptop_that_told_nothing_has_a_document() -> None:
    assert [one["status"] for one in recorder().documents(TIME, ["laptop-1", "laptop-2"], True)] == [
        "not looked at"
    ] * 2


def test_a_laptop_that_goes_away_has_the_step_and_what_was_told_before() -> None:
    keeper = recorder()
    keeper.result("laptop-1", "host_info", "Read the host", host_info(1))
    keeper.failed("laptop-1", "wsl", "Install WSL", {"unreachable": True, "msg": "gone", "cause": "went away"})
    (one,) = keeper.documents(TIME, ["laptop-1"])
    assert (one["state"], one["status"], one["error"]["step"]) == ("unreachable", "went away", "Install WSL")
    assert (one["computer"], one["run"]["finished"]) == ("WS-0001", True)


def test_only_what_is_new_is_written_until_the_end() -> None:
    keeper = recorder()
    assert len(keeper.documents(TIME, ["laptop-1", "laptop-2"])) == 2
    keeper.result("laptop-2", "host_info", "Read the host", host_info(2))
    assert [one["laptop"] for one in keeper.documents(TIME, ["laptop-1", "laptop-2"])] == ["laptop-2"]
    assert len(keeper.documents(TIME, ["laptop-1", "laptop-2"], finished=True)) == 2


def test_a_run_can_be_over_for_some() -> None:
    keeper = recorder()
    for name in ("laptop-1", "laptop-2"):
        keeper.result(name, "host_info", "Read the host", host_info(1))
        keeper.result(name, "cuda_audit_info", "Audit", {**audit(), "toolkits": ["12.8"]})
    keeper.ends(["laptop-1", "laptop-3"])
    found = keeper.documents(TIME, ["laptop-1", "laptop-2"])
    assert [(one["run"]["finished"], one["status"]) for one in found] == [(True, "in order"), (False, "not finished")]


def test_what_failed_in_a_loop_says_why() -> None:
    keeper = recorder()
    items = [{"msg": "fine"}, {"failed": True, "msg": "no such version"}]
    keeper.failed(
        "laptop-1", "cuda_toolkit", "Install", {"failed": True, "msg": "one or more failed", "results": items}
    )
    assert keeper.documents(TIME, ["laptop-1"])[0]["reason"] == "no such version"


def test_what_says_nothing_has_a_reason_too() -> None:
    keeper = recorder()
    keeper.failed("laptop-1", "assert", "Insist", {"failed": True})
    assert keeper.documents(TIME, ["laptop-1"])[0]["reason"] == "no reason given"


def test_what_a_play_mends_is_no_failure() -> None:
    keeper = recorder()
    keeper.failed("laptop-1", "wsl", "Install WSL", {"failed": True, "msg": "no"})
    keeper.rescued({"laptop-1"}, {})
    assert keeper.outcomes()["laptop-1"] == "failed"
    keeper.rescued({}, {"laptop-1"})
    assert keeper.outcomes()["laptop-1"] == "failed"
    keeper.rescued({"stranger"}, {})
    keeper.result("laptop-1", "host_info", "Read the host", host_info(1))
    keeper.result("laptop-1", "cuda_audit_info", "Audit", audit())
    assert keeper.documents(TIME, ["laptop-1"], True)[0]["state"] == "conforming"


def test_who_takes_no_part_is_left_out() -> None:
    keeper = recorder()
    keeper.result("controller", "host_info", "x", host_info(1))
    keeper.failed("controller", "host_info", "x", {"failed": True})
    assert keeper.documents(TIME, ["controller"], True) == []
    assert list(keeper.laptops) == ["laptop-1", "laptop-2"]


def test_check_mode_has_done_nothing() -> None:
    for check, expected in ((True, ["would be changed", "done"]), (False, ["done", "done"])):
        keeper = Recorder(replace(RUN, playbook="remove", check=check))
        for name, changed in (("laptop-1", True), ("laptop-2", False)):
            keeper.begin(name, ["laptops"])
            keeper.result(name, "cuda_bundle", "Remove", {"changed": changed, "windows_users": []})
        assert list(keeper.outcomes().values()) == expected


def test_check_mode_on_a_laptop_that_is_in_order() -> None:
    keeper = Recorder(replace(RUN, playbook="update", check=True))
    keeper.begin("laptop-1", ["laptops"])
    keeper.result("laptop-1", "host_info", "Read the host", host_info(1))
    keeper.result("laptop-1", "cuda_audit_info", "Audit", {**audit(), "toolkits": ["12.8"]})
    assert keeper.outcomes() == {"laptop-1": "ok"}
    keeper.result("laptop-1", "wsl", "Install or update WSL", {"changed": True})
    assert keeper.outcomes() == {"laptop-1": "would be changed"}
