# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of variables and those of results, of all roles and playbooks."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import variables

ROOT = Path(__file__).resolve().parents[5]
FILES = sorted([*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/*.yml")])
STOPPING = re.compile(r"wslfleet\.cuda\.|ansible\.builtin\.(assert|raw)$")
"""Tasks that can put a host out of the run."""


def _tasks(entries: t.Any) -> t.Iterator[dict[str, t.Any]]:
    for entry in entries or []:
        yield entry
        for part in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks"):
            yield from _tasks(entry.get(part))


def _all_tasks(file: Path) -> list[dict[str, t.Any]]:
    return list(_tasks(yaml.safe_load(file.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_result_shares_its_name_with_a_variable(file: Path) -> None:
    for task in _all_tasks(file):
        names = {*(task.get("ansible.builtin.set_fact") or {}), *([task["register"]] if "register" in task else [])}
        for name in names:
            assert name not in variables.all_variables(), name
            assert name.startswith("__") or name in variables.RESULTS, name


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("roles/[wc][iu]*/tasks/*.yml")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_what_can_fail_keeps_its_result_for_the_table(file: Path) -> None:
    """See _fleet_summary: else the row of a laptop that failed there has no reason."""
    for task in _all_tasks(file):
        if any(STOPPING.match(key) for key in task):
            assert re.match(r"__(windows_host|cuda_toolkit)_", task.get("register", "")), task["name"]


@pytest.mark.parametrize("role", variables.PREFIXES)
def test_variables_begin_as_they_should(role: str) -> None:
    assert all(name.startswith(variables.PREFIXES[role]) for name in variables.of_role(role))


def test_every_role_and_every_variable_of_a_playbook_is_known() -> None:
    assert {folder.name for folder in (ROOT / "roles").iterdir()} == set(variables.PREFIXES)
    text = "".join(file.read_text(encoding="utf-8") for file in FILES)
    used = set(re.findall(r"(?<![_\w])wslfleet_[a-z_]+", text))
    assert used - set(variables.PLAYBOOK_VARIABLES) - variables.RESULTS == set()


def test_a_role_that_is_not_there() -> None:
    with pytest.raises(OSError, match="nothing"):
        variables.of_role("nothing")
