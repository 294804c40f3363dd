# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles say to a wrong version or component, and that their documentation lists what the catalogue knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.wslfleet.cuda.plugins.filter.toolkit_problems import FilterModule, toolkit_problems
from ansible_collections.wslfleet.cuda.plugins.module_utils import _catalogue

SPECS = Path(__file__).resolve().parents[4] / "roles" / "cuda_toolkit" / "meta" / "argument_specs.yml"

PROBLEMS = [
    ("12.8", ["toolkit"], []),
    (12, ["toolkit"], [r"cuda_version is the number 12: quote it"]),
    ("12", ["toolkit"], [r"cuda_version '12': write major and minor, quoted"]),
    ("12.99", ["toolkit"], [r"cuda_version '12.99': no such toolkit; known: 12.0,"]),
    (12.1, ["nvcc"], [r"cuda_version is the number 12.1: quote it"]),
    ("12.8", ["cuda"], [r"'cuda' brings a Linux driver"]),
    ("12.8", ["nvcc", "cuda-drivers"], [r"'cuda-drivers' brings a Linux driver"]),
    ("12.8", ["kernel"], [r"'kernel' is not known"]),
    ("12.8", [], [r"cuda_components is empty"]),
    ("12.8", "toolkit", [r"must be a list"]),
    ("1", ["x"], [r"cuda_version", r"'x' is not known"]),
]


@pytest.mark.parametrize(("version", "components", "expected"), PROBLEMS)
def test_problems(version: object, components: object, expected: list[str]) -> None:
    problems = toolkit_problems(version, components)
    assert len(problems) == len(expected)
    for problem, pattern in zip(problems, expected):
        assert re.search(pattern, problem)
        assert "\n" not in problem


@pytest.mark.parametrize(
    ("option", "known"), [("cuda_version", _catalogue.VERSIONS), ("cuda_components", tuple(_catalogue.COMPONENTS))]
)
def test_the_documentation_lists_what_the_catalogue_knows(option: str, known: tuple[str, ...]) -> None:
    specs = yaml.safe_load(SPECS.read_text(encoding="utf-8"))
    (listed,) = [text for text in specs["argument_specs"]["main"]["options"][option]["description"] if "Known:" in text]
    assert tuple(re.findall(r"V\(([^)]+)\)", listed)) == known


def test_the_filter_is_registered() -> None:
    assert FilterModule().filters() == {"toolkit_problems": toolkit_problems}
