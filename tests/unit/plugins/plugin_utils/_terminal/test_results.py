# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's results say of themselves."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal import results


def result(name: str = "Step", check_mode: bool = False, loop: t.Any = None, **told: t.Any) -> t.Any:
    task = SimpleNamespace(
        get_name=lambda: name, check_mode=check_mode, loop=loop, action="debug", resolved_action="wslfleet.cuda.wsl"
    )
    return SimpleNamespace(_task=task, _host=SimpleNamespace(get_name=lambda: "a"), _result=told)


@pytest.mark.parametrize(
    ("name", "step"),
    [("Read", "Read"), ("wslfleet.cuda.windows_host : Read", "Read"), (" x\x1b[2J ", r"x\x1b[2J")],
)
def test_the_name_of_a_step(name: str, step: str) -> None:
    assert results.step_of(result(name)._task) == step


def test_words() -> None:
    assert results.word_of(result()) == "ok"
    assert results.word_of(result(changed=True)) == "changed"
    assert results.word_of(result(changed=True, check_mode=True)) == "would change"


def test_a_change_is_said_once() -> None:
    change = result(changed=True, diff={"before": "a", "after": "b"})
    change._task.diff = False
    assert results.is_a_change_to_say(change) and not results.is_a_change_to_say(result(changed=False))
    change._task.diff = True
    assert not results.is_a_change_to_say(change)


@pytest.mark.parametrize(
    ("told", "shows"),
    [
        ({"_ansible_verbose_always": True, "msg": "x"}, True),
        ({"_ansible_verbose_always": True, "variable": 1}, True),
        ({"_ansible_verbose_always": True, "msg": "All assertions passed"}, False),
        ({"msg": "x"}, False),
    ],
)
def test_tasks_that_are_there_to_show_something(told: dict[str, t.Any], shows: bool) -> None:
    assert results.shows(result(**told)) is shows


def test_items_of_a_loop() -> None:
    assert results.has_items(result(loop=[1], results=[{}]))
    assert not results.has_items(result(results=[{}])) and not results.has_items(result(loop=[1], msg="no such list"))


def test_whose_it_is() -> None:
    one = result()
    assert results.is_ours(one) and results.host_of(one) == "a"
    one._task.resolved_action = None
    assert not results.is_ours(one)
