# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which laptops the gate at the end of the audit is for, and what it says of them."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.lookup.gate import LookupModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

from tests.unit.a_fleet import BROKEN, OTHER_NVCC, audit, host_info

LAPTOPS = {"good": (), "warned": (OTHER_NVCC,), "broken": BROKEN}


@pytest.fixture
def run() -> t.Iterator[this_run.ThisRun]:
    keeper = Recorder(Run("r", "audit", "2026-11-28T14:00:00Z", "0.2.0"))
    for name, worse in LAPTOPS.items():
        keeper.begin(name, [])
        keeper.result(name, "host_info", "Read the host", host_info(1))
        keeper.result(name, "cuda_audit_info", "Audit", audit(*worse))
    keeper.begin("off", [])
    keeper.failed("off", "host_info", "Read the host", {"unreachable": True, "msg": "no answer", "cause": "off"})
    run = this_run.ThisRun(keeper)
    this_run.begin(run)
    yield run
    this_run.end()


def hosts(fail_on: str = "") -> list[str]:
    return LookupModule().run([], {"hostvars": {name: {"wslfleet_fail_on": fail_on} for name in (*LAPTOPS, "off")}})


def reason(name: str, fail_on: str) -> str:
    lookup = LookupModule()
    lookup._templar = SimpleNamespace(template=lambda value: value)
    (found,) = lookup.run([], {"inventory_hostname": name, "wslfleet_fail_on": fail_on})
    return found


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [("", ["!all"]), ("fail", ["broken"]), ("stop", ["broken"]), ("warn", ["warned", "broken"])],
)
def test_the_gate_is_for_laptops_that_are_not_good_enough(fail_on: str, expected: list[str]) -> None:
    assert hosts(fail_on) == expected


@pytest.mark.usefixtures("run")
def test_it_says_why() -> None:
    assert reason("broken", "fail").startswith("not in order: driver_packages")
    assert (reason("good", "fail"), reason("broken", "")) == ("", "")
    assert reason("nobody", "fail") == "not looked at: this run has asked it nothing"


@pytest.mark.usefixtures("run")
def test_a_word_that_is_no_level_is_refused() -> None:
    with pytest.raises(AnsibleError, match="'pass': choose one of fail, stop, warn"):
        hosts("pass")


def test_without_a_run_there_is_nobody_and_no_reason_can_be_given() -> None:
    assert hosts("fail") == ["!all"]
    with pytest.raises(AnsibleError, match="callbacks_enabled"):
        reason("good", "fail")
