# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells the outcome of each laptop of a run."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_summary
short_description: The outcome of a run for each laptop
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Makes the rows of the table at the end of playbook C(wslfleet.cuda.provision) from the facts that its roles set.
  - Laptops on which somebody must do something come first, with the reason and what to do. Laptops without problems
    come last.
  - The key C(status) is V(off), V(unknown name), V(no WinRM), V(no SSH), V(another shell), V(access refused),
    V(not trusted), V(unreachable), V(failed), V(not as asked) (a shell finds another C(nvcc) first),
    V(awaiting restart), V(awaiting logon of …), V(would be provisioned) (check mode), V(partly run) (C(--tags)),
    V(handed over) or V(provisioned).
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
"""

EXAMPLES = r"""
- name: Show the state of every laptop
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts_all | wslfleet.cuda.fleet_summary(hostvars) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - One dictionary for each host, with the keys C(laptop), C(status), C(WSL), C(distribution), C(toolkit),
      C(driver_packages), C(compiled_program) and C(reason).
  type: list
  elements: dict
  sample:
    - laptop: laptop-7
      status: awaiting restart
      WSL: ""
      distribution: ""
      toolkit: ""
      driver_packages: ""
      compiled_program: ""
      reason: "windows_host_reboot is never"
"""

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import summary


def fleet_summary(hosts: t.Any, variables: t.Any) -> list[dict[str, str]]:
    """The rows for HOSTS."""
    return summary.rows([str(host) for host in hosts], variables)


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"fleet_summary": fleet_summary}
