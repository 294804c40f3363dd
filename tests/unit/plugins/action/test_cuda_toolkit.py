# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.action import cuda_toolkit

RUNNING = {"changed": True, "transaction": {"id": "t1", "running": True, "progress": 12.4, "text": "Unpacking x"}}
ENDED = {"changed": True, "transaction": {"id": "t1", "running": False}}


def action(
    monkeypatch: pytest.MonkeyPatch, *answers: dict[str, t.Any] | Exception
) -> tuple[t.Any, list[t.Any], list[str]]:
    """The action with scripted module runs; what they were asked; what was displayed."""
    asked: list[t.Any] = []
    shown: list[str] = []
    left = list(answers)

    def execute(self: t.Any, module_args: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        asked.append(dict(module_args))
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(ActionBase, "_execute_module", execute)
    monkeypatch.setattr(Display(), "display", lambda text, color: shown.append(text))
    made = cuda_toolkit.ActionModule.__new__(cuda_toolkit.ActionModule)
    made._task = SimpleNamespace(args={"version": "12.8"}, action="wslfleet.cuda.cuda_toolkit", async_val=0)
    made._connection = SimpleNamespace()
    return made, asked, shown


def test_follows_the_transaction_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    made, asked, shown = action(monkeypatch, RUNNING, RUNNING, ENDED)
    assert made.run(None, {"inventory_hostname": "laptop1"}) == ENDED
    # The first looks are short, so that a person soon sees that it moves.
    assert asked == [
        {"version": "12.8", "wait": 2},
        {"version": "12.8", "wait": 5, "transaction": "t1"},
        {"version": "12.8", "wait": 10, "transaction": "t1"},
    ]
    assert shown == ["[laptop1] apt 12%: Unpacking x"] * 2


def test_the_result_tells_what_every_look_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = {"before_header": "packages", "after_header": "packages", "before": "", "after": "a 1\n"}
    early, late = ({"before_header": "/f", "after_header": "/f", "before": "", "after": text} for text in ("1", "2"))
    empty = {"before": "", "after": ""}
    first = {**RUNNING, "diff": [packages, early], "warnings": ["old driver", "stale"]}
    last = {**ENDED, "diff": [late], "warnings": ["stale", "new"], "notes": ["n"]}
    made, _asked, _shown = action(monkeypatch, first, RUNNING, last)
    told = {"diff": [packages, late], "warnings": ["old driver", "stale", "new"], "notes": ["n"]}
    assert made.run(None, {}) == {**ENDED, **told}
    made, _asked, _shown = action(monkeypatch, {**RUNNING, "diff": packages}, {**ENDED, "diff": empty})
    assert made.run(None, {})["diff"] == [packages]
    made, _asked, _shown = action(monkeypatch, {"changed": False, "diff": empty})
    assert made.run(None, {}) == {"changed": False, "diff": empty}


def test_one_look_when_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    made, asked, shown = action(monkeypatch, {"changed": False})
    assert made.run(None, {}) == {"changed": False}
    assert (len(asked), shown) == (1, [])


def test_lost_connection_is_told_for_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _asked, _shown = action(monkeypatch, RUNNING, AnsibleConnectionFailure("gone"))
    with pytest.raises(AnsibleConnectionFailure, match=r"gone\. Transaction t1 continues inside the distribution; run"):
        made.run(None, {})


def test_lost_connection_before_a_transaction_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _asked, _shown = action(monkeypatch, AnsibleConnectionFailure("gone"))
    with pytest.raises(AnsibleConnectionFailure, match=r"^gone$"):
        made.run(None, {})
