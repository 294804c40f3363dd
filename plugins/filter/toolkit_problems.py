# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells what is wrong with a toolkit version and its components."""

from __future__ import annotations

DOCUMENTATION = r"""
name: toolkit_problems
short_description: What is wrong with a toolkit version and its components
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Checks a toolkit version and a list of components against the catalogue of this collection, without asking any host.
positional: components
options:
  _input:
    description:
      - The version, such as V(12.8), V(12.8.1) or V(12.latest).
    type: raw
    required: true
  components:
    description:
      - The components, such as V(toolkit) or V(nvcc).
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Refuse wrong input before anything changes
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems | join('; ') }}"
  vars:
    problems: "{{ '12.8' | wslfleet.cuda.toolkit_problems(['compiler', 'libraries-dev']) }}"
"""

RETURN = r"""
_value:
  description:
    - One sentence for each problem; empty when all is well.
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils import _catalogue

DEFAULT_VERSION = "12.8"
"""Judges the components when the version is wrong."""


def toolkit_problems(version: t.Any, components: t.Any) -> list[str]:
    """The problems of VERSION and COMPONENTS, one sentence each."""
    problems = []
    if not isinstance(components, list):
        return [f"cuda_components must be a list, not {components!r}"]
    asked = version
    try:
        _catalogue.check_version(asked)
    except _catalogue.CatalogueError as error:
        problems.append(str(error))
        asked = DEFAULT_VERSION
    try:
        _catalogue.package_names(asked, [str(component) for component in components])
    except _catalogue.CatalogueError as error:
        problems.append(str(error))
    return problems


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"toolkit_problems": toolkit_problems}
