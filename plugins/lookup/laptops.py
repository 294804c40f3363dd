# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that tells a play which hosts are laptops."""

from __future__ import annotations

DOCUMENTATION = r"""
name: laptops
short_description: Which hosts the playbooks are for
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Group V(laptops), or what C(-e wslfleet_hosts=…) names. Ansible works C(hosts) out before it reads variables of the
    inventory, so that C(wslfleet_hosts) there comes too late; make your group a child of C(laptops) instead.
  - Fails where the inventory has no such group or host, which Ansible itself only skips.
options: {}
"""

EXAMPLES = r"""
- name: A play of your own for the same laptops
  hosts: "{{ lookup('wslfleet.cuda.laptops') }}"
  tasks: []
"""

RETURN = r"""
_raw:
  description:
    - The pattern, one element.
  type: list
  elements: str
  sample: [laptops]
"""

import re
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

DEFAULT = "laptops"
_ONE_NAME = re.compile(r"[\w.-]+\Z")


def pattern_of(variables: t.Mapping[str, t.Any]) -> str:
    """The pattern that VARIABLES name. Raises AnsibleError when it is one name, and the inventory has none such."""
    pattern = str(variables.get("wslfleet_hosts") or DEFAULT)
    groups: t.Mapping[str, t.Sequence[str]] = variables.get("groups") or {}
    hosts = groups.get("all") or []
    # Without an inventory Ansible has a word of its own to say; patterns of several names are its business too.
    if hosts and _ONE_NAME.match(pattern) and pattern not in groups and pattern not in hosts:
        named = ", ".join(sorted(name for name in groups if name not in ("all", "ungrouped"))) or "none"
        raise AnsibleError(
            f"no host or group {pattern!r} in the inventory: name the group of the laptops with -e wslfleet_hosts=NAME"
            f" (groups here: {named}), or make it a child of group {DEFAULT}; nothing was changed"
        )
    if hosts and not groups.get(pattern, hosts):
        raise AnsibleError(f"group {pattern!r} of the inventory has no hosts: put the laptops into it")
    return pattern


class LookupModule(LookupBase):
    """Lookup ``wslfleet.cuda.laptops``."""

    def run(self, terms: t.Any, variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        """One pattern."""
        del terms, kwargs
        return [pattern_of(variables or {})]
