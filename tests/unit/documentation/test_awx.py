# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What extensions/awx sets up: arguments that the modules of awx.awx take, and names that lead to each other.

No AWX is asked here. The options are those that awx.awx documents.
"""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from tests.unit.documentation.documents import ROOT, Block

FOLDER = ROOT / "extensions" / "awx"
OPTIONS = yaml.safe_load((ROOT / "tests/unit/data/awx_options.yml").read_text(encoding="utf-8"))
(PLAY,) = yaml.safe_load((FOLDER / "controller.yml").read_text(encoding="utf-8"))
TASKS: list[tuple[str, Block]] = [
    (name.rpartition(".")[2], arguments)
    for task in PLAY["tasks"]
    for name, arguments in task.items()
    if name.startswith("awx.awx.")
]
SCHEMA: list[Block] = next(arguments["schema"] for module, arguments in TASKS if module == "workflow_job_template")
TEMPLATES = {arguments["name"]: arguments for module, arguments in TASKS if module == "job_template"}


def faults(module: str, arguments: Block) -> list[str]:
    """What MODULE says about ARGUMENTS; templates count as values of the right type."""
    spec = OPTIONS[module]
    literal = {name: value for name, value in arguments.items() if not str(value).startswith("{{")}
    given = {name: {**option, "required": False} if name in arguments else option for name, option in spec.items()}
    unknown = [name for name in arguments if name not in spec]
    validator: t.Any = ArgumentSpecValidator(given)
    known = {name: value for name, value in literal.items() if name in spec}
    return [f"no option {name}" for name in unknown] + list(validator.validate(known).error_messages)


@pytest.mark.parametrize(("module", "arguments"), TASKS, ids=[f"{module}: {one['name']}" for module, one in TASKS])
def test_a_module_takes_its_arguments(module: str, arguments: Block) -> None:
    assert faults(module, arguments) == []


@pytest.mark.parametrize("node", SCHEMA, ids=lambda node: str(node["identifier"]))
def test_a_node_of_the_workflow(node: Block) -> None:
    assert faults("workflow node", node) == []
    assert faults("unified_job_template of a node", node["unified_job_template"]) == []
    assert faults("related of a node", node["related"]) == []


def test_wrong_arguments_are_found() -> None:
    assert faults("project", {"nam": "x"}) == ["no option nam", "missing required arguments: name"]
    assert "must be one of" in faults("project", {"name": "x", "scm_type": "cvs"})[0]
    assert "we were unable to convert to int" in faults("job_template", {"name": "x", "forks": "many"})[0]


def test_nodes_lead_to_nodes_and_templates_that_there_are() -> None:
    nodes = {node["identifier"]: node for node in SCHEMA}
    assert len(nodes) == len(SCHEMA)
    goals = [goal["identifier"] for node in SCHEMA for part in node["related"].values() for goal in part]
    assert set(nodes) - {"audit"} == set(goals)
    used = {
        node["unified_job_template"]["name"]
        for node in SCHEMA
        if node["unified_job_template"]["type"] == "job_template"
    }
    assert used == set(TEMPLATES)


def test_templates_use_what_was_made_before_them() -> None:
    made: dict[str, set[str]] = {}
    for module, arguments in TASKS:
        for option, kind in {
            "project": "project", "inventory": "inventory", "execution_environment": "execution_environment",
            "default_environment": "execution_environment", "source_project": "project",
        }.items():  # fmt: skip
            assert arguments.get(option) in (None, *made.get(kind, ())), f"{module}: {option}"
        assert set(arguments.get("credentials", ())) <= made.get("credential", set())
        made.setdefault(module, set()).add(arguments["name"])


def test_a_survey_asks_for_variables_of_the_roles() -> None:
    known: dict[str, Block] = {}
    for role in ("windows_host", "cuda_toolkit"):
        specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
        known.update(specs["argument_specs"]["main"]["options"])
    questions = TEMPLATES["Laptops rollout"]["survey_spec"]["spec"]
    for question in questions:
        option = known[question["variable"]]
        assert set(question.get("choices", ())) <= set(option.get("choices", ()))
        assert question["default"] in question.get("choices", [question["default"]])
        assert question["type"] in ("text", "multiplechoice")  # A number would make 12.10 of 12.1.


def test_only_audits_are_sliced_and_each_job_has_its_folder() -> None:
    assert [name for name, one in TEMPLATES.items() if "job_slice_count" in one] == ["Laptops audit"]
    folders = [
        one["extra_vars"]["wslfleet_report"] for one in TEMPLATES.values() if "wslfleet_report" in one["extra_vars"]
    ]
    assert len(folders) == 2 and all(
        folder.endswith("/jobs/{% raw %}{{ awx_job_id }}{% endraw %}") for folder in folders
    )


def test_the_guide_shows_every_playbook_of_the_project() -> None:
    guide = (ROOT / "docs/docsite/rst/awx.rst").read_text(encoding="utf-8")
    assert all(f"# {template['playbook']}" in guide for template in TEMPLATES.values())
    report = (FOLDER / "report.yml").read_text(encoding="utf-8").partition("---\n")[2]
    assert "wslfleet.cuda.fleet_report" in report
