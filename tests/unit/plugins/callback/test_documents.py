# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback plugin that writes documents: what Ansible tells it, and what is on the disk then."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.callback import documents
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import made_groups, this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.plan import Plan

from tests.unit.a_fleet import BROKEN, audit, host_info

OURS = str(Path(documents.__file__).parents[2] / "playbooks" / "audit.yml")
OFF = {"unreachable": True, "msg": "no answer", "cause": "off"}


class Run:
    """A run of two laptops in one play, as Ansible tells it."""

    def __init__(self, path: str = OURS, laptops: tuple[str, ...] = ("a", "b"), **variables: t.Any) -> None:
        self.path, self.laptops, self.variables = path, laptops, variables
        self.callback = documents.CallbackModule()
        self.callback._display = MagicMock()
        self.callback.v2_playbook_on_start(SimpleNamespace(_file_name=path))

    def play(self, batch: tuple[str, ...] = ()) -> None:
        everyone = list(self.laptops)
        groups = {"all": everyone, "laptops": everyone, "berlin": ["a"], "broken_driver": ["b"]}
        hostvars = dict.fromkeys(self.laptops, self.variables)
        variables = {"ansible_play_hosts_all": list(self.laptops), "groups": groups, "hostvars": hostvars}
        variables["ansible_play_batch"] = list(batch)
        self._begin(variables, batch)

    def play_of_nobody(self) -> None:
        """As before any play had a host: core has no variables of hosts yet."""
        self._begin({"ansible_play_hosts_all": [], "groups": {"all": []}}, ())

    def _begin(self, variables: dict[str, t.Any], batch: tuple[str, ...]) -> None:
        manager = SimpleNamespace(get_vars=lambda play: variables)
        self.callback.v2_playbook_on_play_start(
            SimpleNamespace(
                get_variable_manager=lambda: manager, get_path=lambda: f"{self.path}:5", serial=[1] if batch else []
            )
        )

    def result(
        self, laptop: str, action: str, result: dict[str, t.Any], path: str = OURS, register: str | None = None
    ) -> t.Any:
        task = SimpleNamespace(
            action=action,
            register=register,
            resolved_action=action,
            get_path=lambda: f"{path}:7",
            get_name=lambda: "wslfleet.cuda.windows_host : A step",
        )
        return SimpleNamespace(_task=task, _host=SimpleNamespace(get_name=lambda: laptop), _result=result)

    def ok(self, laptop: str, action: str, result: dict[str, t.Any], path: str = OURS) -> None:
        self.callback.v2_runner_on_ok(self.result(laptop, action, result, path))

    def end(self, failures: tuple[str, ...] = (), dark: tuple[str, ...] = ()) -> None:
        stats = SimpleNamespace(failures=dict.fromkeys(failures, 1), dark=dict.fromkeys(dark, 1))
        self.callback.v2_playbook_on_stats(stats)

    @property
    def said(self) -> list[str]:
        display = self.callback._display
        return [
            str(call.args[0]) for kind in (display.display, display.warning, display.error) for call in kind.mock_calls
        ]


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents.CallbackModule, "wslfleet_active", None)
    monkeypatch.setattr(made_groups, "_MADE", {"broken_driver"})


def read(folder: Path) -> dict[str, dict[str, t.Any]]:
    found = [json.loads(path.read_text()) for path in (folder / "documents").glob("*.json")]
    return {one["laptop"]: one for one in found}


def test_all_laptops_are_off_and_the_report_is_there(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path))
    run.play()
    for laptop in run.laptops:
        run.callback.v2_runner_on_unreachable(run.result(laptop, "wslfleet.cuda.host_info", OFF))
    run.end(dark=("a", "b"))
    found = read(tmp_path)
    assert [(one["status"], one["error"]["step"]) for one in found.values()] == [("off", "A step")] * 2
    assert (found["a"]["groups"], found["b"]["groups"]) == (["berlin", "laptops"], ["laptops"])
    assert run.said == [
        "\n0 ok, 2 off",
        f"Fleet report: 0 conforming, 0 not conforming, 0 unknown, 2 out of reach: {tmp_path / 'fleet.html'}",
    ]


def test_a_play_that_no_host_matches_is_no_mishap(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path))
    run.play_of_nobody()
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.play_of_nobody()
    run.end()
    assert list(read(tmp_path)) == ["a"]


def test_without_the_variable_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = Run()
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.end()
    assert (run.said, list(tmp_path.iterdir())) == (["\n0 ok, 1 not looked at"], [])


def test_a_killed_run_leaves_the_documents_of_plays_that_are_over(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.callback.v2_runner_on_failed(run.result("b", "ansible.builtin.assert", {"failed": True, "msg": "no"}))
    assert list(read(tmp_path)) == ["b"]
    run.play()
    assert {name: one["run"]["finished"] for name, one in read(tmp_path).items()} == {"a": False, "b": True}
    assert not (tmp_path / "fleet.html").exists()


def test_what_a_play_mends_or_ignores_is_no_failure(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path))
    run.play()
    for laptop in run.laptops:
        run.ok(laptop, "wslfleet.cuda.host_info", host_info(1))
        run.ok(laptop, "wslfleet.cuda.cuda_audit_info", audit())
    broken = {"failed": True, "msg": "no"}
    run.callback.v2_runner_on_failed(run.result("a", "wslfleet.cuda.wsl", broken))
    run.callback.v2_runner_on_failed(run.result("b", "wslfleet.cuda.wsl", broken), ignore_errors=True)
    run.end()
    assert [one["state"] for one in read(tmp_path).values()] == ["conforming"] * 2


def test_of_other_plays_only_laptops_that_our_modules_ask(tmp_path: Path) -> None:
    run = Run(path="/srv/site.yml", wslfleet_report=str(tmp_path))
    run.play()
    run.ok("b", "ansible.builtin.ping", {"windows": {}}, path="/srv/site.yml")
    run.ok("a", "wslfleet.cuda.host_info", host_info(1), path="/srv/site.yml")
    run.ok("b", "wslfleet.cuda.fleet_report", {}, path="/srv/site.yml")
    run.ok("controller", "wslfleet.cuda.host_info", host_info(2), path="/srv/site.yml")
    run.end()
    assert (list(read(tmp_path)), read(tmp_path)["a"]["run"]["playbook"]) == (["a"], "site")


@pytest.mark.parametrize("value", [False, "false", "no"])
def test_names_are_left_out_when_asked(tmp_path: Path, value: t.Any) -> None:
    run = Run(wslfleet_report=str(tmp_path), wslfleet_report_names=value)
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.end()
    assert all(name.startswith("laptop-") for name in read(tmp_path))


def test_a_folder_that_cannot_be_written_is_said_once_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = Run(wslfleet_report=str(tmp_path / "file" / "x"))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.ok("b", "wslfleet.cuda.host_info", host_info(2))
    run.play()
    run.end()
    assert len(run.said) == 2 and run.said[1].startswith(f"no fleet report: {tmp_path / 'file' / 'x'}")


def test_a_disk_that_is_full_later_is_said_once(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path / "x"))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    (tmp_path / "x" / "documents").rmdir()
    (tmp_path / "x" / "documents").write_text("")
    run.callback.v2_runner_on_unreachable(run.result("a", "wslfleet.cuda.host_info", OFF))
    run.end(dark=("a",))
    assert ["no fleet report" in line for line in run.said] == [False, True]


def test_problems_of_older_documents_are_warnings(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    (tmp_path / "documents" / "x.json").write_text("{cut")
    run.end()
    assert run.said[2] == "fleet report: x.json left out: not JSON, or cut in the middle"


def test_a_host_that_a_play_leaves_out_at_once_is_no_laptop(tmp_path: Path) -> None:
    run = Run(laptops=("server", "a"), wslfleet_report=str(tmp_path))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.end()
    assert list(read(tmp_path)) == ["a"]


def test_no_laptop_no_report(tmp_path: Path) -> None:
    run = Run(laptops=(), wslfleet_report=str(tmp_path))
    run.play()
    run.end()
    assert list(tmp_path.iterdir()) == []


def test_a_gate_that_closes_is_no_failure_of_the_laptop(tmp_path: Path) -> None:
    run = Run(laptops=("a",), wslfleet_report=str(tmp_path))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.ok("a", "wslfleet.cuda.cuda_audit_info", audit(*BROKEN))
    closed = run.result("a", "ansible.builtin.assert", {"failed": True, "msg": ["a"]}, register="__wslfleet_run_gate")
    run.callback.v2_runner_on_failed(closed)
    run.end(failures=("a",))
    assert (read(tmp_path)["a"]["status"], read(tmp_path)["a"]["error"]) == ("not in order", None)
    assert run.said[0] == "\n0 ok, 1 not in order"


def test_lookups_of_the_run_see_it_until_it_ends(tmp_path: Path) -> None:
    run = Run(wslfleet_report=str(tmp_path))
    run.play()
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    current = this_run.current()
    assert current and current.recorder is run.callback.wslfleet_keeper
    assert (current.report, current.limit) == (str(tmp_path / "fleet.html"), str(tmp_path / "not_conforming.limit"))
    run.end()
    assert this_run.current() is None


def left(folder: Path) -> list[str]:
    return [(folder / f"{name}.limit").read_text().strip() for name in ("left", "failed", "not_finished", "not_begun")]


def test_what_a_rollout_has_left_is_written_while_it_goes_on(tmp_path: Path) -> None:
    """So that it is there when the run is killed after any of these."""
    run = Run(laptops=("a", "b", "c"))
    run.play()
    current = this_run.current()
    assert current
    current.plan = Plan(("a",), ("b", "c"), MagicMock(), str(tmp_path))
    run.play(batch=("a",))
    assert left(tmp_path) == ["a\nb\nc", "!all", "!all", "a\nb\nc"]
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.ok("a", "wslfleet.cuda.cuda_audit_info", audit())
    run.play(batch=("b",))
    assert left(tmp_path) == ["b\nc", "!all", "!all", "b\nc"]
    run.ok("b", "wslfleet.cuda.host_info", host_info(2))
    assert left(tmp_path) == ["b\nc", "!all", "b", "c"]
    run.callback.v2_runner_on_failed(run.result("b", "wslfleet.cuda.wsl", {"failed": True, "msg": "no"}))
    assert left(tmp_path) == ["b\nc", "b", "!all", "c"]
    run.play()
    run.end(failures=("b",))
    assert run.said == ["\n1 ok, 1 not begun, 1 failed", f"For the next run: --limit @{tmp_path / 'left.limit'}"]
    assert current.limit == str(tmp_path / "left.limit")


def test_a_batch_that_is_over_is_the_end_of_the_run_for_its_laptops(tmp_path: Path) -> None:
    """Batches may be hours apart, and the run may be killed meanwhile."""
    run = Run(laptops=("a", "b"), wslfleet_report=str(tmp_path))
    run.play()
    current = this_run.current()
    assert current
    current.plan = Plan(("a",), ("b",), MagicMock(), str(tmp_path / "rollout"))
    for laptop in ("a", "b"):
        run.play(batch=(laptop,))
        run.ok(laptop, "wslfleet.cuda.host_info", host_info(1))
        run.ok(laptop, "wslfleet.cuda.cuda_audit_info", {**audit(), "toolkits": ["12.8"]})
    assert {name: one["status"] for name, one in read(tmp_path).items()} == {"a": "in order"}
    run.play()
    assert {name: one["run"]["finished"] for name, one in read(tmp_path).items()} == {"a": True, "b": True}
    run.end()
    assert len((tmp_path / "history.jsonl").read_text().splitlines()) == 2


def test_a_rollout_that_is_complete_names_no_limit(tmp_path: Path) -> None:
    """Ansible would refuse it: it leaves no hosts."""
    run = Run(laptops=("a",))
    run.play()
    current = this_run.current()
    assert current
    current.plan = Plan((), ("a",), MagicMock(), str(tmp_path))
    run.play(batch=("a",))
    run.ok("a", "wslfleet.cuda.host_info", host_info(1))
    run.ok("a", "wslfleet.cuda.cuda_audit_info", {**audit(), "toolkits": ["12.8"]})
    run.play()
    run.end()
    assert run.said == ["\n1 ok", "For the next run: nothing is left to do"]
    assert left(tmp_path)[0] == "!all"


def test_a_rollout_of_which_no_laptop_began_says_so(tmp_path: Path) -> None:
    run = Run(laptops=("a", "b"))
    run.play()
    current = this_run.current()
    assert current
    current.plan = Plan((), ("a", "b"), MagicMock(), str(tmp_path))
    run.play(batch=("a",))
    run.end()
    assert run.said == ["\n0 ok, 2 not begun", f"For the next run: --limit @{tmp_path / 'left.limit'}"]
    assert left(tmp_path)[0] == "a\nb"


def test_files_of_what_is_left_that_cannot_be_written_any_more_are_said_once(tmp_path: Path) -> None:
    run = Run(laptops=("a", "b"))
    run.play()
    current = this_run.current()
    assert current
    current.plan = Plan((), ("a", "b"), MagicMock(), str(tmp_path / "x"))
    run.play(batch=("a",))
    shutil.rmtree(tmp_path / "x")
    (tmp_path / "x").write_text("")
    for laptop in run.laptops:
        run.callback.v2_runner_on_unreachable(run.result(laptop, "wslfleet.cuda.host_info", OFF))
    run.end(dark=("a", "b"))
    assert [line[:44] for line in run.said] == ["\n0 ok, 2 off", "what is left of the rollout is written no lo"]


def test_two_plugins_write_once() -> None:
    first, second = Run(), documents.CallbackModule()
    second.v2_playbook_on_start(SimpleNamespace(_file_name=OURS))
    assert (getattr(first.callback, "disabled", False), second.disabled) == (False, True)
    first.end()
    third = documents.CallbackModule()
    third.v2_playbook_on_start(SimpleNamespace(_file_name=OURS))
    assert not getattr(third, "disabled", False)
