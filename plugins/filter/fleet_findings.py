# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that puts the findings of many laptops into one table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_findings
short_description: List the findings of many laptops, each finding once
version_added: 0.2.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Makes the rows of the table at the end of playbook C(wslfleet.cuda.audit) from the fact C(wslfleet_findings) of each
    laptop.
  - If several laptops have the same finding, it is one row that names them. The worst rows come first, and among these
    the most frequent. Laptops without a finding of O(levels) come last.
  - A laptop that failed or could not be reached before it was audited has a row that says why.
positional: variables
options:
  _input:
    description:
      - Names of the hosts.
    type: list
    elements: str
    required: true
  variables:
    description:
      - The variable C(hostvars).
    type: dict
    required: true
  levels:
    description:
      - Levels of the findings to return.
    type: list
    elements: str
    choices: [ok, info, warn, stop]
    default: [warn, stop]
seealso:
  - plugin: wslfleet.cuda.findings
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | wslfleet.cuda.fleet_findings(hostvars) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - One dictionary for each finding, with the keys of the filter P(wslfleet.cuda.findings#filter) and C(laptops), the
      names of the first eight laptops and the number of further ones.
  type: list
  elements: dict
  sample:
    - laptops: laptop-7, laptop-9
      level: stop
      about: Linux
      row: G9
      title: No Linux driver inside WSL
      id: driver_packages
      seen: libnvidia-compute-570 ii
      remedy: run repair.yml
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import same_findings


def fleet_findings(hosts: t.Any, variables: t.Any, levels: t.Sequence[str] = ("warn", "stop")) -> list[dict[str, str]]:
    """The rows for HOSTS; raises AnsibleFilterError for a level that there is not."""
    if unknown := sorted(set(levels) - set(same_findings.LEVELS)):
        raise AnsibleFilterError(
            f"fleet_findings knows no level {', '.join(unknown)}: {', '.join(same_findings.LEVELS)}"
        )
    return same_findings.rows([str(host) for host in hosts], variables, levels)


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"fleet_findings": fleet_findings}
