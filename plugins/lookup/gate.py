# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that tells a play which laptops are not good enough, and why."""

from __future__ import annotations

DOCUMENTATION = r"""
name: gate
short_description: Which laptops are not good enough, and why
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Checks the laptops of this run according to its documents, see P(wslfleet.cuda.documents#callback). That plugin must
    be enabled, as it is in the playbooks of this collection.
  - The variable C(wslfleet_fail_on) says what is good enough. With V(fail), or with V(stop), which is the name in the
    table of the audit, a laptop must conform. A laptop that waits, or that was not examined, does not conform. With
    V(warn) it must not have a warning either. When the variable is unset, every laptop is good enough.
  - In C(hosts) of a play it returns the laptops that are not good enough, so that a task of that play can fail for
    them. Laptops that failed or could not be reached are not returned, because Ansible has already left them out. In a
    task it returns the reason for the laptop of the task.
options: {}
"""

EXAMPLES = r"""
- name: Gate
  hosts: "{{ query('wslfleet.cuda.gate') }}"
  gather_facts: false
  tasks:
    - name: Fail if a laptop does not conform
      ansible.builtin.fail:
        msg: "{{ inventory_hostname }} does not conform: {{ lookup('wslfleet.cuda.gate') }}"
      register: __wslfleet_run_gate  # says that nothing went wrong on the laptop
"""

RETURN = r"""
_raw:
  description:
    - Names of laptops, or a pattern that matches no host. In a task, the reason in one line. It is empty for a laptop
      that is good enough.
  type: list
  elements: str
  sample: [laptop-7, laptop-12]
"""

import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import gate, shape, this_run
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.tables import NOBODY

_VARIABLE = "wslfleet_fail_on"


class LookupModule(LookupBase):
    """Lookup ``wslfleet.cuda.gate``."""

    def run(self, terms: t.Any, variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        """Names, or in a task the reason."""
        del terms, kwargs
        found = variables or {}
        if "inventory_hostname" in found:
            templar: t.Any = self._templar
            fail_on = str(templar.template(found.get(_VARIABLE)) or "")
            return [_reason(str(found["inventory_hostname"]), fail_on) if fail_on else ""]
        run = this_run.current()
        # The variable is the same for all laptops; if the playbook is only listed, there is no run.
        first = next(iter(run.recorder.laptops), None) if run else None
        fail_on = str(found["hostvars"][first].get(_VARIABLE) or "") if first else ""
        left = [name for name, one in run.recorder.laptops.items() if not one.failure] if run and fail_on else []
        return [name for name in left if _reason(name, fail_on)] or [NOBODY]


def _reason(name: str, fail_on: str) -> str:
    if fail_on not in gate.FAIL_ON:
        raise AnsibleError(f"{_VARIABLE} is {fail_on!r}: choose one of {', '.join(gate.FAIL_ON)}")
    run = this_run.current()
    if run is None:
        raise AnsibleError(this_run.UNWATCHED)
    document = run.recorder.document(name, shape.now())
    return gate.shortcomings(document, fail_on) if document else "not looked at: this run has asked it nothing"
