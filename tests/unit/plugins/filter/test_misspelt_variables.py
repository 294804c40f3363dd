# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt variable is named with the one that was meant; what is somebody else's is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.wslfleet.cuda.plugins.filter.misspelt_variables import (
    FACTS,
    PREFIXES,
    FilterModule,
    misspelt_variables,
    role_variables,
)

ROOT = Path(__file__).resolve().parents[4]
ROLES = sorted(path.parent.parent.name for path in ROOT.glob("roles/*/meta/main.yml"))

MISSPELT = [
    ("cuda_toolkit", "cuda_verison", "cuda_version"),
    ("cuda_toolkit", "cuda_versions", "cuda_version"),
    ("cuda_toolkit", "cudaversion", "cuda_version"),
    ("cuda_toolkit", "cuda_gaurd", "cuda_guard"),
    ("cuda_toolkit", "cuda_component", "cuda_components"),
    ("windows_host", "windows_host_rebot", "windows_host_reboot"),
    ("windows_host", "window_host_reboot", "windows_host_reboot"),
    ("windows_host", "windows_host_window_users", "windows_host_windows_users"),
    ("container_toolkit", "container_toolkit_engine", "container_toolkit_engines"),
]
SOMEBODY_ELSES = [
    "cuda_home",
    "cuda_path",
    "cuda_packages",
    "cuda_repo_url",
    "windows_host_name",
    "windows_hosts",
    "win",
]


@pytest.mark.parametrize(("role", "name", "meant"), MISSPELT)
def test_the_one_that_was_meant_is_named(role: str, name: str, meant: str) -> None:
    expected = f"{name} is no variable of role {role}: write {meant}, or give your own another name"
    assert misspelt_variables(["ansible_host", name, meant], role) == [expected]


@pytest.mark.parametrize("role", ROLES)
def test_variables_begin_as_they_should(role: str) -> None:
    assert all(name.startswith(PREFIXES.get(role, f"{role}_")) for name in role_variables(role))


@pytest.mark.parametrize("role", ROLES)
def test_no_alarm(role: str) -> None:
    known = set().union(*(role_variables(each) for each in ROLES))
    assert len(known) > 50
    assert misspelt_variables([*known, *FACTS, *SOMEBODY_ELSES, "__windows_host_wsl", "inventory_hostname"], role) == []


@pytest.mark.parametrize("role", ROLES)
def test_what_the_roles_themselves_set_is_not_misspelt(role: str) -> None:
    """A second role of the same run sees it among the variables of the host."""
    files = [*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/*.yml")]
    names = {
        name
        for file in files
        for name in re.findall(r"(?m)^ *(?:register: |)([a-z_]+)(?::.*|)$", file.read_text(encoding="utf-8"))
        if name.startswith(("windows_host_", "cuda_", "container_toolkit_", "wslfleet_"))
    }
    assert len(names) > 5
    assert misspelt_variables(names, role) == []


def test_a_role_that_is_not_there() -> None:
    with pytest.raises(OSError, match="nothing"):
        misspelt_variables(["x"], "nothing")


def test_ansible_finds_it() -> None:
    assert FilterModule().filters() == {"misspelt_variables": misspelt_variables}
