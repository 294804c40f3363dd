# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosted workflows: few rights, pinned actions, steps that exist, and honest about never having run."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda file: str(file.name))
def workflow(request: pytest.FixtureRequest) -> tuple[Path, dict[str, t.Any]]:
    file: Path = request.param
    return file, yaml.safe_load(file.read_text(encoding="utf-8"))


def test_rights_are_few_and_actions_pinned(workflow: tuple[Path, dict[str, t.Any]]) -> None:
    _file, content = workflow
    assert content["permissions"] == {"contents": "read"}
    for job in content["jobs"].values():
        assert "permissions" not in job
        assert job["timeout-minutes"] <= 90
        for action in (step["uses"] for step in job["steps"] if "uses" in step):
            assert re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", action)


def test_every_workflow_runs_each_week_and_by_hand(workflow: tuple[Path, dict[str, t.Any]]) -> None:
    _file, content = workflow
    assert {"schedule", "workflow_dispatch"} <= set(content["on"])


def test_a_workflow_that_has_not_run_is_on_the_honesty_list(workflow: tuple[Path, dict[str, t.Any]]) -> None:
    file, _content = workflow
    proven = (ROOT / "docs" / "docsite" / "rst" / "proven.rst").read_text(encoding="utf-8")
    marked = "NOT RUN YET" in file.read_text(encoding="utf-8")
    assert (f"``.github/workflows/{file.name}``" in proven) == marked


def test_make_targets_and_steps_exist(workflow: tuple[Path, dict[str, t.Any]]) -> None:
    _file, content = workflow
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    controller = (ROOT / ".github" / "windows" / "controller.sh").read_text(encoding="utf-8")
    for job in content["jobs"].values():
        for command in (step.get("run", "") for step in job["steps"]):
            for target in re.findall(r"(?m)^make ([a-z-]+)$", command):
                assert f"\n{target}:" in makefile
            for step in re.findall(r"controller\.sh' sh ([a-z]+)", command):
                assert f"    {step})\n" in controller
