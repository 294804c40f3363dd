# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""M5: whoever is root in a distribution decides what a module there prints, and its shape was trusted.

``driver_packages: 5`` from one distribution failed the summary of all. Such a result is damaged, and the failure of its
laptop and developer alone.
"""

from __future__ import annotations

import importlib
import itertools
import json
import re
import typing as t
from types import SimpleNamespace

import pytest
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action import result_shape as shape
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import archive as bundle_archive
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import linux_action
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._order import tasks as bundle
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import BatchPart
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

GOOD: dict[str, t.Any] = {
    "changed": False,
    "clean": True,
    "driver_packages": ["libnvidia-compute-570"],
    "toolkits": ["12.8"],
    "default_nvcc": "/usr/local/cuda-12.8/bin/nvcc",
    "failures": [],
    "rows": [{"id": "loader", "row": "G2", "level": "ok", "seen": "WSL's", "remedy": ""}],
}
STEP = ("cuda_audit_info", "audit")
BAD: list[tuple[dict[str, t.Any], str]] = [
    ({"driver_packages": 5}, "driver_packages is int, not list"),
    ({"driver_packages": None}, "driver_packages is NoneType, not list"),
    ({"driver_packages": [{"a": 1}]}, r"driver_packages\[0\] is dict, not str"),
    ({"rows": [5]}, r"rows\[0\] is int, not dict"),
    ({"rows": [{"id": "x"}]}, r"rows\[0\]\.row is missing"),
    ({"clean": "yes"}, "clean is str, not bool"),
    ({"clean": 1}, "clean is int, not bool"),
    ({"failures": {"a": 1}}, "failures is dict, not list"),
    ({"changed": {}}, "changed is dict, not bool"),
    ({"failed": "no"}, "failed is str, not bool"),
    ({"msg": ["x"]}, "msg is list, not str"),
    ({"warnings": 7}, "warnings is int, not list"),
]


def outcome(rows: t.Any) -> plans.Outcome:
    """What becomes of anna, whose distribution prints ROWS."""
    steps = ({"module": STEP[0], "register": STEP[1]},)
    goal = bundle.Goal("Debian", ("anna",), b"", steps, on_battery=True, timeout=10)
    anna = bundle.Developer(User("S-1", "anna", "C:\\Users\\anna", True, False), logged_on=True, lacks=False, task=None)
    printed = json.dumps({"bundle": "Debian", "rows": rows}).encode() + b"\n"
    parts = {"out_S-1": BatchPart(0, printed), "err_S-1": BatchPart(0, b"wslfleet-exit-10\n")}
    work = bundle.Work(t.cast(t.Any, None), goal, bundle.State("C:\\wsl.exe", [anna], ""))
    return work._outcome(anna, Reads(parts))


def row(result: t.Any, module: str = STEP[0], register: str = STEP[1]) -> dict[str, t.Any]:
    return {"module": module, "register": register, "result": result}


def test_a_good_result_is_taken() -> None:
    assert outcome([row(GOOD)]).rows[0]["result"] == {**GOOD, "failed": False}
    assert outcome([row({"failed": True, "msg": "no"})]).message == "no"
    assert outcome([row({"changed": False, "skipped": True})]).failure == ""


@pytest.mark.parametrize(("change", "message"), BAD)
def test_another_shape_is_damaged(change: dict[str, t.Any], message: str) -> None:
    found = outcome([row({**GOOD, **change})])
    assert not found.rows
    assert found.failure.startswith("distribution Debian of anna: damaged result: ")
    assert shape.damage(STEP[0], {**GOOD, **change}) in found.failure
    assert re.search(message, found.failure)


@pytest.mark.parametrize("name", ["clean", "driver_packages", "toolkits", "default_nvcc", "failures", "rows"])
def test_what_is_missing_is_damage(name: str) -> None:
    assert f"{name} is missing" in outcome([row({key: value for key, value in GOOD.items() if key != name})]).failure


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(GOOD), row(GOOD)],
        [row(GOOD, module="cuda_guard")],
        [row(GOOD, register="other")],
    ],
)
def test_rows_are_those_of_the_steps(rows: list[t.Any]) -> None:
    assert "damaged result" in outcome(rows).failure


MODULES = sorted(path.stem for path in (bundle_archive.PLUGINS / "modules").glob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_every_result_enters_through_a_check(name: str) -> None:
    """A new module that forgets its action plugin would bring back what a distribution prints as it is."""
    source = (bundle_archive.PLUGINS / "action" / f"{name}.py").read_text(encoding="utf-8")
    on_windows = "(WindowsAction)" in source
    on_the_controller = "(ActionBase)" in source and "_execute_module" not in source and "_low_level" not in source
    inside = "(LinuxAction)" in source or "LinuxAction as ActionModule" in source or "(Orders)" in source
    assert on_windows or inside or on_the_controller


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(("cuda_", "container_"))])
def test_the_documentation_is_the_shape(name: str) -> None:
    """Every module that runs in a distribution says of each value what it is; else nothing would be checked."""
    assert shape.documented(name)
    assert all(field["type"] in (*shape._TYPES, "raw") for field in shape.documented(name).values())


INSIDE = [
    name
    for name in MODULES
    if (name.startswith(("cuda_", "container_", "distribution_")) or name == "wsl_conf") and name != "cuda_bundle"
]
OTHERS: tuple[t.Any, ...] = (5, -0.5, "x", True, ["x"], [5], [[]], {"a": {}}, [{"a": 5}])


def action(module: str, monkeypatch: pytest.MonkeyPatch, *answers: t.Any) -> t.Any:
    """The action of MODULE, in whose distribution somebody prints ANSWERS, the last one for ever."""
    left = list(answers)
    source = importlib.import_module(f"ansible_collections.wslfleet.cuda.plugins.action.{module}")
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    monkeypatch.setattr(
        ActionBase, "_execute_module", lambda self, **_asked: left.pop(0) if len(left) > 1 else dict(left[0])
    )
    options = {"terminate": False, "windows_certificates": None, "certificates": None}
    monkeypatch.setattr(source, "checked_arguments", lambda _action, _documentation: options, raising=False)
    made = source.ActionModule.__new__(source.ActionModule)
    made._task = SimpleNamespace(args={}, action=f"wslfleet.cuda.{module}", async_val=0, check_mode=False)
    made._connection = SimpleNamespace(has_native_async=False)
    return made


@pytest.mark.parametrize("module", INSIDE)
def test_no_action_takes_or_stumbles_over_another_shape(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value of each module, through the action that a task runs."""
    fields = {**shape.documented(module), "diff": {"type": "diff"}, "warnings": {"type": "list"}}
    for (name, field), value in itertools.product(fields.items(), OTHERS):
        result = action(module, monkeypatch, {"changed": True, name: value}).run(None, {})
        fits = shape.damage(module, {name: value}, complete=False) is None
        assert fits or (result["failed"] and "damaged result" in result["msg"]), (name, value)
        wrong = {"diff": not isinstance(value, (dict, list)) or value in ([5], ["x"], [[]])}.get(name)
        assert not (fits and (wrong or not isinstance(value, shape._TYPES.get(field["type"], object)))), (name, value)


@pytest.mark.parametrize(
    "transaction",
    [
        {"running": True},
        {"running": True, "id": None},
        {"running": True, "id": "x", "progress": None},
        {"running": True, "id": "x", "progress": "half"},
        {"running": True, "id": "x", "progress": 1, "text": 5},
        {"running": True, "id": "x", "progress": float("nan")},
        {"running": True, "id": "x", "progress": 10**400},
    ],
)
def test_a_transaction_that_never_ends(transaction: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It would hold a fork of the controller, and with it the next task of all laptops."""
    clock = itertools.count(0, 600)
    monkeypatch.setattr(linux_action.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(Display(), "display", lambda _text, color: None)
    result = action("cuda_toolkit", monkeypatch, {"changed": True, "transaction": transaction}).run(None, {})
    assert result["failed"]
    assert "damaged result" in result["msg"] or "still runs after 6 hours" in result["msg"]
