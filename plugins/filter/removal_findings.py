# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that says in words what the removal of a toolkit took away."""

from __future__ import annotations

DOCUMENTATION = r"""
name: removal_findings
short_description: Describe what was removed
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Takes the result of M(wslfleet.cuda.cuda_bundle) with the steps of C(tasks_from) remove of role C(cuda_toolkit).
positional: check_mode
options:
  _input:
    description:
      - The result.
    type: dict
    required: true
  check_mode:
    description:
      - Whether nothing was really done.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show what was removed
  ansible.builtin.debug:
    msg: "{{ order | wslfleet.cuda.removal_findings }}"
  vars:
    order:
      windows_users: []
"""

RETURN = r"""
_value:
  description:
    - One line for each item. If the distribution belongs to another user, the line starts with that user's
      name.
  type: list
  elements: str
  sample:
    - toolkit 12.8 removed
"""

import typing as t

from ansible.module_utils.common.text.formatters import bytes_to_human
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.told_by_user import told_by_user

NOTHING = "there was nothing to remove"


def removal_findings(order: t.Mapping[str, t.Any], check_mode: bool = False) -> list[str]:
    """What ORDER removed, or would remove."""
    word = "would be removed" if check_mode else "removed"
    return told_by_user(order, lambda one: [one["reason"]] if one["waiting"] else _told(one, word)) or [NOTHING]


def _told(one: t.Mapping[str, t.Any], word: str) -> list[str]:
    results = one["results"]
    gone = [step["item"] for step in one["steps"] if step["module"] == "cuda_toolkit" and step["changed"]]
    source = results.get("source") or {}
    lines = [f"toolkit {', '.join(gone)} {word}"] if gone else []
    lines += [f"NCCL and cuDNN {word}"] if (results.get("libraries") or {}).get("changed") else []
    lines += [f"source {source['name']} {word}"] if source.get("changed") else []
    human: t.Any = bytes_to_human
    lines += [f"{freed['package']} {word}: frees {human(freed['bytes'])}" for freed in source.get("freed") or ()]
    if (results.get("guard") or {}).get("changed"):
        lines.append(f"guard {word}: without it apt can install a Linux NVIDIA driver")
    return lines or [NOTHING]


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"removal_findings": removal_findings}
