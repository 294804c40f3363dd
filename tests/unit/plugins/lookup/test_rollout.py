# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook of rollouts asks, before the first batch and before each one."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible import context
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.lookup.rollout import LookupModule
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.plan import Plan

from tests.unit.a_fleet import audit, host_info

GROUPS = {"all": ["a", "b", "c", "server"], "laptops": ["a", "b", "c"], "canary": ["c"]}


@pytest.fixture
def run() -> t.Iterator[this_run.ThisRun]:
    run = this_run.ThisRun(Recorder(Run("r", "rollout", "2026-11-28T14:00:00Z", "0.2.0")))
    this_run.begin(run)
    yield run
    this_run.end()


@pytest.fixture(autouse=True)
def options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {})


def ask(question: str, folder: Path | str = "", **given: t.Any) -> list[t.Any]:
    settings = {f"wslfleet_rollout_{name}": value for name, value in given.items()}
    hosts = {name: {**settings, "wslfleet_rollout_folder": str(folder)} for name in GROUPS["all"]}
    variables = {"groups": GROUPS, "hostvars": hosts, "ansible_play_hosts_all": ["server", "a", "b", "c"]}
    return LookupModule().run([question], variables)


def test_the_canaries_come_first_and_the_run_keeps_the_plan(run: this_run.ThisRun, tmp_path: Path) -> None:
    assert ask("problems", tmp_path) == []
    assert ask("batches_shown", tmp_path) == ["canaries c, then batches of 1, 1"]
    assert ask("hosts", tmp_path) == ["c", "a", "b"]
    assert isinstance(run.plan, Plan) and run.plan.canaries == ("c",)
    assert ask("batches", tmp_path) == [1, 1, 1]


@pytest.mark.usefixtures("run")
def test_variables_of_an_import_count_beside_those_of_the_laptops(tmp_path: Path) -> None:
    hostvars = {name: {"wslfleet_rollout_folder": "", "wslfleet_rollout_batches": [1]} for name in GROUPS["all"]}
    known = {"groups": GROUPS, "hostvars": hostvars, "ansible_play_hosts_all": ["a", "b", "c"]}
    variables = {**known, "wslfleet_rollout_folder": str(tmp_path)}
    assert LookupModule().run(["problems"], variables) == []
    assert LookupModule().run(["batches"], variables) == [1, 1, 1]


@pytest.mark.usefixtures("run")
def test_what_is_wrong_is_told_before_any_laptop_is_asked(tmp_path: Path) -> None:
    assert ask("problems", tmp_path, window="22-5")[0].startswith("wslfleet_rollout_window must be hours")
    assert "must be a list, not text" in ask("problems", tmp_path, batches="10%")[0]
    assert "name a folder" in ask("problems")[0]
    (tmp_path / "file").write_text("")
    assert "cannot be written" in ask("problems", tmp_path / "file" / "x")[0]
    with pytest.raises(AnsibleError, match="nothing was changed: wslfleet_rollout_wait must be minutes"):
        ask("hosts", tmp_path, wait=-1)


def test_a_list_of_hosts_or_tasks_needs_no_variable_of_the_inventory() -> None:
    """Core tells a play that is only listed no variables of hosts."""
    variables = {"groups": GROUPS, "ansible_play_hosts_all": ["server", "a", "b", "c"]}
    assert LookupModule().run(["hosts"], variables) == ["c", "a", "b"]
    assert LookupModule().run(["batches"], variables) == [1, 1, 1]


def test_a_syntax_check_asks_for_no_inventory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"syntax": True})
    assert (LookupModule().run(["hosts"], {}), LookupModule().run(["batches"], {})) == (["all"], [1])


def test_who_only_lists_tasks_leaves_no_file(tmp_path: Path) -> None:
    assert (ask("hosts", tmp_path / "x"), (tmp_path / "x").exists()) == (["c", "a", "b"], False)


def test_check_mode_leaves_no_file(run: this_run.ThisRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"check": True})
    assert (ask("problems", tmp_path / "x"), ask("hosts", tmp_path / "x")[0]) == ([], "c")
    assert run.plan is not None and not (tmp_path / "x").exists()


def test_before_each_batch(run: this_run.ThisRun, tmp_path: Path) -> None:
    ask("hosts", tmp_path, ask=True, wait=3)
    plan = run.plan
    assert isinstance(plan, Plan)
    plan.begin(["c"])
    assert [ask(one) for one in ("wait", "question", "obstacle", "subsets")] == [
        [0],
        [""],
        [""],
        [["users", "battery"]],
    ]
    run.recorder.begin("c", [])
    run.recorder.result("c", "host_info", "Read", host_info(1))
    run.recorder.result("c", "cuda_audit_info", "Audit", audit())
    plan.begin(["a"])
    assert (ask("wait"), ask("obstacle")) == ([3], [""])
    assert ask("question")[0].startswith("Batch 2 of 3, 1 laptop. So far: 1 ok, 1 not begun.")
    for answer, told in (("yes", ""), (" YES\r", ""), ("", "nobody answered yes to the question before it")):
        assert LookupModule().run(["obstacle"], {}, answer=answer) == [told]
    assert LookupModule().run(["wait"], {"ansible_check_mode": True}) == [0]
    run.recorder.failed("c", "wsl", "Install WSL", {"failed": True, "msg": "no"})
    assert [ask(one) for one in ("wait", "question")] == [[0], [""]]
    assert ask("obstacle")[0].startswith("1 of 1 canaries failed (c)")


def test_who_is_put_off(run: this_run.ThisRun, tmp_path: Path) -> None:
    ask("hosts", tmp_path)
    busy = {"users": [{"name": "ada", "logged_on": True}], "power": {"battery": True, "on_battery": True}}
    assert LookupModule().run(["put_off"], {}, host=busy) == ["it runs on battery; logged on: ada"]
    run.plan = None
    with pytest.raises(AnsibleError, match="callbacks_enabled"):
        ask("put_off")
