# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes the findings of role windows_host of what its modules returned."""

from __future__ import annotations

DOCUMENTATION = r"""
name: host_findings
short_description: Make the findings of role windows_host from the results of its modules
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Says whether the run can continue on a laptop, and if not, why.
positional: wsl, waits_for, hand_over, builds, only_what_is_there
options:
  _input:
    description:
      - The result of M(wslfleet.cuda.wsl_distribution) for the distribution. Empty or skipped if that task did not run.
    type: dict
    required: true
  wsl:
    description:
      - The result of M(wslfleet.cuda.wsl). Empty if that task did not run.
    type: dict
    default: {}
  waits_for:
    description:
      - What the laptop waits for, as text. Empty if it does not wait.
    type: str
    default: ""
  hand_over:
    description:
      - The result of M(wslfleet.cuda.wsl_distribution) for the distributions of other Windows users. Empty if there are
        none.
    type: dict
    default: {}
  builds:
    description:
      - Whether a distribution is built for those users.
    type: bool
    default: false
  only_what_is_there:
    description:
      - Whether nothing new is registered, as in an update. The result for the distribution can then be about other
        Windows users. Only users who have a distribution are reported.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show whether the run can continue on the laptop
  ansible.builtin.debug:
    msg: "{{ distribution | wslfleet.cuda.host_findings }}"
  vars:
    distribution: {name: Ubuntu-24.04, present: true, running: false}
"""

RETURN = r"""
_value:
  description:
    - C(ready), C(status), C(reason), C(wsl_version), C(distribution), and the outcome of O(hand_over).
  type: dict
  sample:
    ready: true
    status: ready
    reason: ""
    wsl_version: 2.6.3
    distribution: {name: Ubuntu-24.04, present: true, running: false}
    hand_over: {}
"""

import typing as t

Values = t.Mapping[str, t.Any]
KEPT = ("name", "present", "running")


def host_findings(
    distribution: Values,
    wsl: Values | None = None,
    waits_for: str = "",
    hand_over: Values | None = None,
    builds: bool = False,
    only_what_is_there: bool = False,
) -> dict[str, t.Any]:
    """The findings of one laptop. In check mode a laptop that waits may have a distribution anyway."""
    if only_what_is_there:
        return _of_an_update(distribution, wsl, waits_for)
    people = hand_over or {}
    there = {key: distribution[key] for key in KEPT} if "present" in distribution else {}
    ready, status, reason = bool(there.get("present")), "ready", ""
    if there and not ready and (builds or not people):
        status = "would be provisioned"
    elif waits_for:
        status, reason = "awaiting restart", waits_for
    elif people and not builds:
        ready, status, reason = False, people["status"], people["reason"]
    elif not there:
        status = "not begun"
    return _findings(ready, status, reason, wsl, there, people)


def _of_an_update(seen: Values, wsl: Values | None, waits_for: str) -> dict[str, t.Any]:
    """The findings of a laptop that gets nothing new. SEEN is about the account or other users, or was skipped."""
    people = [one for one in seen.get("hand_over") or () if one["present"]]
    there = {key: seen[key] for key in KEPT} if seen.get("present") else {}
    status, reason = ("ready", "") if there else ("handed over", "")
    if not there and not people:
        status, reason = "not provisioned", "there is no such distribution: run provision.yml"
    elif waits_for:
        status, reason = "awaiting restart", waits_for
    return _findings(bool(there), status, reason, wsl, there, {**seen, "hand_over": people} if people else {})


def _findings(
    ready: bool, status: str, reason: str, wsl: Values | None, distribution: Values, hand_over: Values
) -> dict[str, t.Any]:
    return {
        "ready": ready,
        "status": status,
        "reason": reason,
        "wsl_version": (wsl or {}).get("version") or "",
        "distribution": dict(distribution),
        "hand_over": dict(hand_over),
    }


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"host_findings": host_findings}
