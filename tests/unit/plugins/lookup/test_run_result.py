# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a play learns of its own run."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.lookup.run_result import LookupModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

from tests.unit.a_fleet import BROKEN, audit, host_info


@pytest.fixture
def run() -> t.Iterator[this_run.ThisRun]:
    keeper = Recorder(Run("r", "audit", "2026-11-28T14:00:00Z", "0.2.0"))
    for name, worse in (("a", ()), ("b", BROKEN)):
        keeper.begin(name, [])
        keeper.result(name, "host_info", "Read the host", host_info(1))
        keeper.result(name, "cuda_audit_info", "Audit", audit(*worse))
    run = this_run.ThisRun(keeper, "/srv/fleet.html", "/srv/not_conforming.limit")
    this_run.begin(run)
    yield run
    this_run.end()


def told() -> t.Any:
    (found,) = LookupModule().run([], {})
    return found


@pytest.mark.usefixtures("run")
def test_it_counts_and_names_the_files() -> None:
    found = told()
    assert (found["counts"]["ok"], found["counts"]["not_in_order"], found["counts"]["failed"]) == (1, 1, 0)
    assert (found["summary"], found["report"], found["limit"]) == (
        "1 ok, 1 not in order", "/srv/fleet.html", "/srv/not_conforming.limit",
    )  # fmt: skip


def test_a_run_that_nothing_watches_is_said() -> None:
    with pytest.raises(AnsibleError, match="callbacks_enabled"):
        told()
