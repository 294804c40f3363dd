# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each host: documents first, then what Ansible counted."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.this_run import ThisRun
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.closing import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.verdicts import verdicts
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.watched import Laptop, Watched

from tests.unit.a_fleet import audit, host_info


def recorder(*laptops: str) -> Recorder:
    made = Recorder(Run("1", "audit", "2026-11-28T10:00:00Z", "0.2.0"))
    for laptop in laptops:
        made.begin(laptop, [])
        made.result(laptop, "host_info", "Read the host", host_info(1))
        made.result(laptop, "cuda_audit_info", "Audit", audit())
    return made


class Rollout:
    """A plan of which one laptop has not begun."""

    def outcomes(self, told: t.Mapping[str, str]) -> dict[str, str]:
        return {**told, "later": "not begun"}


def host(name: str, changed: int = 0) -> Laptop:
    return Laptop(name, step="Install", changed=changed, reason="no space\nleft")


def run(*hosts: Laptop, check: bool = False) -> Watched:
    return Watched(0.0, check=check, everyone={host.name: host for host in hosts})


def test_hosts_without_documents() -> None:
    watched = run(host("a"), host("b", 2), host("c"), host("d"), Laptop("not asked"))
    assert verdicts(watched, None, {"c": 1}, {"d": 1}) == [
        Verdict("a", "ok", "nothing to change"),
        Verdict("b", "done", "changed"),
        Verdict("c", "failed", "Install", "no space"),
        Verdict("d", "out of reach", "Install", "no space"),
    ]


def test_documents_know_more() -> None:
    kept = recorder("a", "b", "c", "d")
    kept.failed("b", "host_info", "Read the host", {"unreachable": True, "cause": "off", "msg": "b: no answer"})
    kept.failed("c", "wsl", "Install WSL", {"failed": True, "msg": "no space"})
    kept.failed("d", "wsl", "Install WSL", {"failed": True, "msg": "mended later"})
    watched = run(host("a", 1), host("b"), host("c"), host("d"))
    assert verdicts(watched, ThisRun(kept), {"c": 1}, {"b": 1}) == [
        Verdict("a", "ok", "changed"),
        Verdict("b", "went away", "off", "no answer"),
        Verdict("c", "failed", "Install WSL", "no space"),
        Verdict("d", "ok", "nothing to change"),
    ]


def test_a_failure_that_documents_do_not_know_of() -> None:
    assert verdicts(run(host("a")), ThisRun(recorder("a")), {"a": 1}, {}) == [
        Verdict("a", "failed", "Install", "no space")
    ]


def test_check_mode_has_changed_nothing() -> None:
    assert verdicts(run(host("a", 1), check=True), None, {}, {}) == [Verdict("a", "would be changed")]
    kept = Recorder(Run("1", "remove", "2026-11-28T10:00:00Z", "0.2.0", check=True))
    kept.begin("a", [])
    kept.result("a", "cuda_bundle", "Remove", {"changed": True, "developers": []})
    assert verdicts(run(host("a", 1), check=True), ThisRun(kept), {}, {}) == [Verdict("a", "would be changed")]


def test_a_rollout_knows_of_laptops_that_have_not_begun() -> None:
    whole = ThisRun(recorder("a"), plan=Rollout())
    assert verdicts(run(host("a")), whole, {}, {}) == [
        Verdict("a", "ok", "nothing to change"),
        Verdict("later", "not begun"),
    ]
