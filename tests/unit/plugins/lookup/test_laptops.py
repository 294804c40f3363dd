# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts the playbooks are for; a group that is not there is told."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError
from ansible_collections.wslfleet.cuda.plugins.lookup.laptops import pattern_of

GROUPS = {"all": ["a", "b"], "ungrouped": [], "gpu_laptops": ["a"], "empty": []}


@pytest.mark.parametrize("pattern", ["gpu_laptops", "a", "gpu_laptops:!b", "gpu*", "all"])
def test_a_pattern(pattern: str) -> None:
    assert pattern_of({"wslfleet_hosts": pattern, "groups": GROUPS}) == pattern


def test_the_default() -> None:
    assert pattern_of({"groups": {"all": ["a"], "laptops": ["a"]}}) == "laptops"
    assert pattern_of({"groups": {"all": [], "ungrouped": []}}) == "laptops", "Ansible says that there is no inventory"


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({}, "no host or group 'laptops' in the inventory: name the group of the laptops with -e wslfleet_hosts=NAME"),
        ({"wslfleet_hosts": "gpu_laptop"}, r"no host or group 'gpu_laptop'.*groups here: empty, gpu_laptops"),
        ({"wslfleet_hosts": "empty"}, "group 'empty' of the inventory has no hosts"),
    ],
)
def test_nobody_is_told(variables: dict[str, object], text: str) -> None:
    with pytest.raises(AnsibleError, match=text):
        pattern_of({**variables, "groups": GROUPS})
