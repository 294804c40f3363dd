# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done in a handed-over distribution is what is done over the connection: same modules, order and options."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent.parent
PREFIX = "wslfleet.cuda."
Use = t.Tuple[str, t.FrozenSet[str], str]


def _load(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def _over_the_connection(tasks: list[dict[str, t.Any]], defaults: dict[str, t.Any] | None = None) -> list[Use]:
    """Module, its options, and the name of its result, of each task in order."""
    found: list[Use] = []
    for task in tasks:
        defaults = {**(defaults or {}), **task.get("module_defaults", {})}
        found += _over_the_connection(task.get("block", []), defaults)
        for module in [name for name in task if name.startswith(PREFIX)]:
            options = {*(task[module] or {}), *defaults.get(module, {})}
            found.append((module[len(PREFIX) :], frozenset(options), task.get("register", "")))
    return found


def _as_a_task(task: dict[str, t.Any]) -> list[Use]:
    """The same of the steps of a bundle."""
    variables = task.get("vars", {})
    found: list[Use] = []
    for step in task[f"{PREFIX}cuda_bundle"]["steps"]:
        given = step.get("arguments", {})
        if isinstance(given, str):
            name = given.strip("{} ").split(" ")[0]
            more = {"state", "packages"} if "combine" in given else set()
            given = {*variables[name], *more}
        options = {*given, *step.get("from_results", {}), *step.get("for_each", {})}
        found.append((step["module"], frozenset(options), step.get("register", "")))
    return found


def _bundle(tasks: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    return next(task for task in tasks if f"{PREFIX}cuda_bundle" in task)


def test_the_role() -> None:
    direct = _over_the_connection(_load("roles/cuda_toolkit/tasks/main.yml"))
    assert {"cuda_repository", "cuda_repair", "cuda_toolkit", "cuda_audit_info"} <= {use[0] for use in direct}
    steps = _as_a_task(_bundle(_load("roles/cuda_toolkit/tasks/handed_over.yml")))
    # A task keeps its result for the table of the fleet, a step only where another one reads it.
    kept = {name for _module, _options, name in steps}
    assert steps == [(module, options, name if name in kept else "") for module, options, name in direct]


@pytest.mark.parametrize("name", ["audit", "repair"])
def test_the_playbooks(name: str) -> None:
    plays = _load(f"playbooks/{name}.yml")
    direct = [
        use
        for play in plays
        if play.get("vars", {}).get("ansible_connection")
        for use in _over_the_connection(play["tasks"])
        if use[0] != "cuda_bundle"
    ]
    tasks = [task for play in plays for task in play["tasks"]]
    assert direct
    assert _as_a_task(_bundle(tasks)) == direct
