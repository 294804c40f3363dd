# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that finds variables whose names are nearly those of a role."""

from __future__ import annotations

DOCUMENTATION = r"""
name: misspelt_variables
short_description: Variables that are meant for a role and misspelt
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Ansible takes no notice of a variable that no role knows. A misspelt one would leave its default in force, on every
    host of a fleet. This finds names that differ from those of a role in a letter or two.
  - Names that are not alike are nobody's business and are not reported.
positional: role
options:
  _input:
    description: Names of the variables of a host.
    type: list
    elements: str
    required: true
  role:
    description: A role of this collection, such as V(windows_host).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse misspelt variables before anything changes
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems | join('; ') }}"
  vars:
    problems: "{{ hostvars[inventory_hostname].keys() | wslfleet.cuda.misspelt_variables('windows_host') }}"
"""

RETURN = r"""
_value:
  description:
    - One sentence for each name; empty when all is well.
  type: list
  elements: str
  sample: []
"""

import difflib
import functools
import typing as t
from pathlib import Path

import yaml

ALIKE = 0.8
"""How much names must have in common behind the prefix of the role, as difflib counts it: a letter or two differ."""
PREFIXES = {"cuda_toolkit": "cuda_"}
"""What the variables of a role begin with, where that is not its name."""
FACTS = (
    "container_toolkit_result",
    "cuda_toolkit_result",
    "windows_host_distribution_result",
    "windows_host_hand_over",
    "windows_host_ready",
    "windows_host_status",
    "windows_host_wsl_version",
)
"""What the roles set themselves."""
_ROLES = Path(__file__).resolve().parent.parent.parent / "roles"


@functools.lru_cache(maxsize=None)
def role_variables(role: str) -> t.FrozenSet[str]:
    """The variables of ROLE, of all its entry points. Raises OSError for a role that is not there."""
    text = (_ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["argument_specs"].values()
    return frozenset(name for entry in entries for name in entry["options"])


def misspelt_variables(names: t.Iterable[str], role: str) -> list[str]:
    """One sentence for each of NAMES that is nearly a variable of ROLE."""
    known = role_variables(role)
    prefix = PREFIXES.get(role, f"{role}_")
    problems = []
    for name in sorted(str(name) for name in names):
        # Nearly all names begin otherwise, and comparing takes its time.
        if name[:3] == prefix[:3] and name not in known and name not in FACTS:
            meant = _meant(name, prefix, known)
            if meant:
                problems.append(f"{name} is no variable of role {role}: write {meant}, or give your own another name")
    return problems


def _meant(name: str, prefix: str, known: t.Collection[str]) -> str:
    """The one of KNOWN that is like NAME; empty when none is. A long PREFIX would make all names alike."""
    cut = len(prefix) if name.startswith(prefix) else 0
    ends = {each[cut:]: each for each in sorted(known)}
    return next((ends[end] for end in difflib.get_close_matches(name[cut:], ends, n=1, cutoff=ALIKE)), "")


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"misspelt_variables": misspelt_variables}
