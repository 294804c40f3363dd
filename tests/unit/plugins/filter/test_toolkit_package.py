# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package of a toolkit version, and that nothing else in the collection makes its name up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.filter.toolkit_package import FilterModule, toolkit_package

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("version", "package"),
    [
        ("12.8", "cuda-toolkit-12-8"),
        (12.8, "cuda-toolkit-12-8"),
        ("12.8.1", "cuda-toolkit-12-8"),
        ("12.latest", "cuda-toolkit-12"),
        ("13.latest", "cuda-toolkit-13"),
        ("13.17", "cuda-toolkit-13-17"),
    ],
)
def test_package(version: object, package: str) -> None:
    assert toolkit_package(version) == package


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="no such toolkit"):
        toolkit_package("12.7")


def test_the_filter_is_registered() -> None:
    assert FilterModule().filters() == {"toolkit_package": toolkit_package}


def test_no_role_or_playbook_makes_the_name_of_a_version_up() -> None:
    files = [path for folder in ("roles", "playbooks") for path in sorted((ROOT / folder).rglob("*.yml"))]
    assert len(files) > 20
    made_up = re.compile(r"cuda-toolkit-\{\{|cuda_version[^\n]*(replace\(|split\()")
    assert [str(path.relative_to(ROOT)) for path in files if made_up.search(path.read_text())] == []
