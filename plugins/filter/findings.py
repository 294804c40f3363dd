# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that puts the verdicts about a laptop and its distributions into one list, the worst first."""

from __future__ import annotations

DOCUMENTATION = r"""
name: findings
short_description: Verdicts about a laptop and its distributions as one list, the worst first
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Takes the verdicts of M(wslfleet.cuda.host_info) and adds those of M(wslfleet.cuda.cuda_audit_info).
  - The order within a level stays.
positional: linux, developers, levels
options:
  _input:
    description:
      - The verdicts about Windows, as RV(wslfleet.cuda.host_info#module:preflight) holds them.
    type: list
    elements: dict
    required: true
  linux:
    description:
      - What M(wslfleet.cuda.cuda_audit_info) returned about the distribution of the account that is logged on.
      - One that was not audited, since it is not registered, is empty; that is a finding too.
      - When unset, the distributions of O(developers) are meant.
    type: dict
  developers:
    description:
      - What RV(wslfleet.cuda.cuda_bundle#module:developers) holds, with a step that registered C(__wslfleet_audit).
      - When unset, no distribution of other users is told.
    type: list
    elements: dict
    default: []
  levels:
    description:
      - The levels that are wanted, of V(ok), V(info), V(warn) and V(stop).
      - When unset, what is in order is left out.
    type: list
    elements: str
    default: [warn, stop]
"""

EXAMPLES = r"""
- name: Show what is not in order
  ansible.builtin.debug:
    msg: "{{ host.preflight | wslfleet.cuda.findings(audit) | wslfleet.cuda.report_table(['level', 'id', 'seen']) }}"
  vars:
    host:
      preflight:
        - {id: free_space, row: "", level: warn, seen: "8 GiB on C:", remedy: "free some space on C:"}
    audit:
      rows:
        - {id: driver_packages, row: G9, level: stop, seen: libnvidia-compute-570 ii, remedy: run repair.yml}
"""

RETURN = r"""
_value:
  description:
    - The verdicts with C(about) (V(Windows), V(Linux) or the name of a Windows user), C(level), C(row), C(id), C(seen)
      and C(remedy).
  type: list
  elements: dict
  sample:
    - {about: Linux, level: stop, row: G9, id: driver_packages, seen: libnvidia-compute-570 ii, remedy: run repair.yml}
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, STOP, WARN, Verdict

LEVELS = (STOP, WARN, INFO, OK)
"""The worst first."""
_ABSENT = Verdict("distribution", "G8", WARN, "not registered for the account that is logged on", "run provision.yml")


def findings(
    windows: t.Any,
    linux: t.Mapping[str, t.Any] | None = None,
    developers: t.Sequence[t.Mapping[str, t.Any]] = (),
    levels: t.Sequence[str] = (WARN, STOP),
) -> list[dict[str, t.Any]]:
    """The verdicts about WINDOWS, LINUX and the distributions of DEVELOPERS; raises AnsibleFilterError, see options."""
    if not isinstance(windows, list):
        raise AnsibleFilterError(f"findings needs the verdicts of host_info, not {type(windows).__name__}")
    if unknown := sorted(set(levels) - set(LEVELS)):
        raise AnsibleFilterError(f"findings knows no level {', '.join(unknown)}: {', '.join(LEVELS)}")
    found = [{"about": "Windows", **verdict} for verdict in windows]
    if linux is not None:
        found += [{"about": "Linux", **verdict} for verdict in linux.get("rows") or [vars(_ABSENT)]]
    for developer in developers:
        found += [{"about": developer["user"], **verdict} for verdict in _of(developer)]
    return sorted((row for row in found if row["level"] in levels), key=lambda row: LEVELS.index(row["level"]))


def _of(developer: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """The verdicts about the distribution of one DEVELOPER, or why there are none."""
    audit = (developer.get("results") or {}).get("__wslfleet_audit") or {}
    if rows := audit.get("rows"):
        return list(rows)
    level = STOP if developer.get("failed") else WARN
    return [
        vars(Verdict("distribution", "G8", level, developer.get("msg") or developer.get("reason") or "not audited"))
    ]


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"findings": findings}
