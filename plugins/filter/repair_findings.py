# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that says in words what a repair did."""

from __future__ import annotations

DOCUMENTATION = r"""
name: repair_findings
short_description: Describe what a repair did
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Takes the result of M(wslfleet.cuda.cuda_bundle) with the steps of C(tasks_from) repair of role C(cuda_toolkit).
positional: stops
options:
  _input:
    description:
      - The result.
    type: dict
    required: true
  stops:
    description:
      - Whether a distribution was stopped if programs in it may still use the Linux driver.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show what was repaired
  ansible.builtin.debug:
    msg: "{{ order | wslfleet.cuda.repair_findings }}"
  vars:
    order:
      name: Ubuntu-24.04
      windows_users: []
"""

RETURN = r"""
_value:
  description:
    - One line for each item. If the distribution belongs to another user, the line starts with that user's name.
  type: list
  elements: str
  sample:
    - nothing was wrong
"""

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.told_by_user import told_by_user

HINT = (
    "programs that are running may still use the Linux driver until the distribution stops: set"
    " wslfleet_stop_distribution, or run wsl --terminate {name} (or wsl --shutdown) on the laptop"
)


def repair_findings(order: t.Mapping[str, t.Any], stops: bool = False) -> list[str]:
    """What ORDER repaired, or would repair."""
    name = str(order.get("name", ""))
    return told_by_user(order, lambda one: _told(one, name, stops))


def _told(one: t.Mapping[str, t.Any], name: str, stops: bool) -> list[str]:
    if one["msg"] or one["reason"]:
        return [one["msg"] or one["reason"]]
    repair = one["results"].get("repair") or {}
    hint = [HINT.format(name=name)] if repair.get("restart_wsl") and not stops else []
    return [*(repair.get("steps") or ["nothing was wrong"]), *hint]


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"repair_findings": repair_findings}
