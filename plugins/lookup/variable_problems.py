# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that tells what is wrong with the variables of a host."""

from __future__ import annotations

DOCUMENTATION = r"""
name: variable_problems
short_description: What is wrong with the variables of a host
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Checks every variable of the roles and playbooks of this collection before anything changes on a laptop.
  - A name that begins with C(windows_host_), C(cuda_), C(container_toolkit_) or C(wslfleet_) and belongs to no role is
    a problem, because Ansible ignores it and uses the default. A name that differs from a variable of a role in one or
    two letters is a problem too. List your own variables in C(wslfleet_ignore_variables).
  - Types are checked strictly. A list is not a text, and text is not a number (YAML reads an unquoted C(12.10) as
    12.1). V(true) and V(false) can be written as text, because C(-e name=false) passes text.
  - Values that contradict each other are problems too.
  - Only variables that are set are checked. Nothing is sent to a host.
options: {}
"""

EXAMPLES = r"""
- name: Refuse wrong variables before anything changes
  ansible.builtin.assert:
    that: problems | length == 0
    fail_msg: "{{ problems | join('; ') }}"
  vars:
    problems: "{{ query('wslfleet.cuda.variable_problems') }}"
"""

RETURN = r"""
_raw:
  description:
    - One sentence for each problem. Empty if there is none.
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import problems
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._roles import variables as roles_variables


def _is_written_out(value: t.Any) -> bool:
    """Whether VALUE needs no templating: most do not, and asking core for each takes longer than everything else."""
    return isinstance(value, (bool, int)) or (isinstance(value, str) and "{" not in value)


class LookupModule(LookupBase):
    """Lookup ``wslfleet.cuda.variable_problems``."""

    def run(self, terms: t.Any, variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        """The problems of VARIABLES, one sentence each."""
        del terms, kwargs
        templar: t.Any = self._templar
        # Unchanged, because core templates the arguments of a lookup again when they are read.
        given = templar.available_variables if variables else {}
        values, unsound = {}, {}
        for name in sorted(set(given) & set(roles_variables.all_variables())):
            try:
                values[name] = given[name] if _is_written_out(given[name]) else templar.template(given[name])
            except AnsibleError as error:
                unsound[name] = " ".join(str(error).split())
        found = problems.problems(values, [str(name) for name in given])
        # A default that depends on a wrong variable is reported with that variable.
        alone = {name: text for name, text in unsound.items() if not any(known in text for known in found)}
        return [f"{name} cannot be worked out: {text[:300]}" for name, text in alone.items()] + found
