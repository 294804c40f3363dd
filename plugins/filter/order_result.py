# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that takes the result of one step out of what an order returned."""

from __future__ import annotations

DOCUMENTATION = r"""
name: order_result
short_description: The result of one step of an order
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Takes the result of M(wslfleet.cuda.cuda_bundle) and returns the result of the step that registered O(register).
positional: register
options:
  _input:
    description:
      - The result.
    type: dict
    required: true
  register:
    description:
      - Name of the step's result.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the findings of an order
  ansible.builtin.debug:
    msg: "{{ order | wslfleet.cuda.order_result('audit') }}"
  vars:
    order:
      windows_users: []
"""

RETURN = r"""
_value:
  description:
    - The result in the last distribution that has one. Empty if there is none.
    - If the distributions belong to other Windows users, C(windows_users) contains the same for each user, by name.
  type: dict
  sample:
    clean: true
"""

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.told_by_user import of_each_user


def order_result(order: t.Mapping[str, t.Any], register: str) -> dict[str, t.Any]:
    """The result in ORDER of the step that registered REGISTER."""
    return of_each_user(order, lambda results: results.get(register))


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"order_result": order_result}
