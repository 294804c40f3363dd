# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback plugin for the terminal: what Ansible tells it, and what it prints where no lines can move."""

from __future__ import annotations

import re
import typing as t
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from ansible_collections.wslfleet.cuda.plugins.callback import fleet
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Run as DocumentedRun
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.recorder import Recorder

from tests.unit.a_fleet import audit, host_info

WSL = "wslfleet.cuda.wsl"


class Run:
    """A run of three laptops in one play, as Ansible tells it."""

    def __init__(self, verbosity: int = 0, check: bool = False) -> None:
        self.check = check
        self.callback = fleet.CallbackModule()
        self.callback._plugin_options = {"live": True}  # No terminal, all the same.
        self.display = self.callback._display = MagicMock(verbosity=verbosity)
        manager = SimpleNamespace(get_vars=lambda play: {"ansible_play_hosts_all": ["a", "b", "c"]})
        self.callback.v2_playbook_on_start(None)
        self.callback.v2_playbook_on_play_start(
            SimpleNamespace(get_variable_manager=lambda: manager, get_name=lambda: "Provision", check_mode=check)
        )

    def result(self, laptop: str, told: dict[str, t.Any], module: str = WSL, **task: t.Any) -> t.Any:
        made = SimpleNamespace(
            action=module,
            resolved_action=module,
            get_name=lambda: "wslfleet.cuda.windows_host : A step",
            **{
                "loop": None,
                "check_mode": self.check,
                "run_once": False,
                "ignore_unreachable": False,
                "diff": False,
                **task,
            },
            delegate_to=None,
        )
        host = SimpleNamespace(get_name=lambda: laptop)
        self.callback.v2_runner_on_start(host, made)
        return SimpleNamespace(_task=made, task=made, _host=host, host=host, _result=told, result=told)

    def end(self, failures: tuple[str, ...] = (), dark: tuple[str, ...] = ()) -> None:
        self.callback.v2_playbook_on_stats(SimpleNamespace(failures=failures, dark=dark))

    @property
    def said(self) -> list[str]:
        texts = [str(call.args[0]) for call in self.display.display.mock_calls]
        return [re.sub(r" in \d+:\d\d$", " in T", text) for text in texts]


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(this_run._CURRENT, "run", None)


def test_quiet_for_what_is_in_order_and_one_line_for_a_change() -> None:
    run = Run()
    run.callback.v2_runner_on_ok(run.result("a", {"changed": False}))
    run.callback.v2_runner_on_skipped(run.result("b", {"skipped": True}))
    run.callback.v2_runner_on_ok(run.result("c", {"changed": True}))
    assert run.said == ["Provision: 3 laptops", "c: A step: changed"]
    run.end()
    assert run.said[2:] == [
        "", "outcome  laptops  reason             which", "done           1  changed            c",
        "ok             2  nothing to change  a, b", "3 laptops in T",
    ]  # fmt: skip


def test_an_error_is_said_once_and_whole() -> None:
    run = Run()
    run.callback.v2_runner_on_failed(run.result("a", {"failed": True, "msg": "a: no space: free 10 GiB\x1b[2J"}))
    run.callback.v2_runner_on_unreachable(run.result("b", {"unreachable": True, "msg": "b: no answer: wake it"}))
    run.callback.v2_runner_on_failed(run.result("c", {"failed": True, "msg": "never mind"}), ignore_errors=True)
    assert run.said[1:] == [
        r"a: A step: failed: no space: free 10 GiB\x1b[2J",
        "b: A step: out of reach: no answer: wake it",
        "c: A step: failed, ignored: never mind",
    ]
    run.end(failures=("a",), dark=("b",))
    assert "  only these: --limit a,b" in run.said


def test_a_loop_is_told_by_its_items() -> None:
    run = Run()
    broken = {"failed": True, "msg": "no", "item": "x"}
    run.callback.v2_runner_item_on_failed(run.result("a", broken, loop=["x"]))
    run.callback.v2_runner_on_failed(run.result("a", {"msg": "One or more", "results": [broken]}, loop=["x"]))
    changed = {"changed": True, "item": "y", "_ansible_item_label": "why"}
    run.callback.v2_runner_item_on_ok(run.result("b", changed, loop=["y"]))
    run.callback.v2_runner_on_ok(run.result("b", {"changed": True, "results": [changed]}, loop=["y"]))
    assert run.said[1:] == ["a: A step (x): failed: no", "b: A step (why): changed"]


def test_what_debug_shows_and_for_whom() -> None:
    run = Run()
    debug = {"msg": ["one", "two\x07"], "_ansible_verbose_always": True, "changed": False}
    run.callback.v2_runner_on_ok(run.result("a", dict(debug), module="ansible.builtin.debug"))
    run.callback.v2_runner_on_ok(run.result("a", dict(debug), module="ansible.builtin.debug", run_once=True))
    assert run.said[1:] == ["a:\n  one\n  two\\x07", "one\ntwo\\x07"]


def test_what_an_assertion_says_and_not_that_it_holds() -> None:
    """The preflight says by one what to look at though it stops nothing."""
    run = Run()
    for text in ("All assertions passed", ["row  id", "-    sleep"]):
        told = {"msg": text, "_ansible_verbose_always": True, "changed": False}
        run.callback.v2_runner_on_ok(run.result("a", told, module="ansible.builtin.assert"))
    assert run.said[1:] == ["a:\n  row  id\n  -    sleep"]


def test_check_mode_and_differences() -> None:
    run = Run(check=True)
    told = {"changed": True, "diff": {"before": "a\n", "after": "b\x1b\n"}}
    run.callback.v2_on_file_diff(run.result("a", told, diff=True))
    run.callback.v2_runner_on_ok(run.result("a", told, diff=True))
    run.callback.v2_runner_on_ok(run.result("b", told))
    assert run.said[0] == "Provision (check mode): 3 laptops"
    assert run.said[1] == "a: A step: would change" and "-a\n+b\\x1b\n" in run.said[2]
    assert run.said[3:] == ["b: A step: would change"]


def test_more_with_v() -> None:
    run = Run(verbosity=1)
    run.callback.v2_runner_on_ok(run.result("a", {"changed": False, "version": "2.6\x07"}))
    assert run.said[1].startswith("a: A step: ok:") and r'"version": "2.6\\x07"' in run.said[1]


def test_a_try_that_failed_is_progress() -> None:
    run = Run()
    run.callback.v2_runner_retry(run.result("a", {"attempts": 2, "retries": 5}))
    assert run.said[1:] == ["[a] try 2 of 5 failed"]


def test_documents_decide_what_became_of_a_laptop() -> None:
    keeper = Recorder(DocumentedRun("1", "audit", "2026-11-28T10:00:00Z", "0.2.0"))
    keeper.begin("a", [])
    keeper.result("a", "host_info", "Read", host_info(1))
    keeper.result("a", "cuda_audit_info", "Audit", audit())
    keeper.failed("a", "wsl", "Mended", {"failed": True, "msg": "mended later"})
    this_run.begin(this_run.ThisRun(keeper, limit="/srv/x.limit"))
    run = Run()
    run.callback.v2_runner_on_ok(run.result("a", {"changed": False}))
    run.callback.v2_runner_on_failed(run.result("b", {"failed": True, "msg": "no"}))
    run.end(failures=("b",))
    assert "ok             1  nothing to change  a" in run.said
    assert "  only these: --limit @/srv/x.limit" in run.said


def test_nobody_is_there() -> None:
    run = Run()
    run.callback.v2_playbook_on_no_hosts_remaining()
    run.end()
    assert run.said[1:] == ["no laptop is left: the run ends here", "no laptop took part in this run"]
