# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that puts the verdicts about a laptop and its distributions into one list, the worst first."""

from __future__ import annotations

DOCUMENTATION = r"""
name: findings
short_description: Make one list of the verdicts about a laptop and its distributions, the worst first
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Takes the verdicts of M(wslfleet.cuda.host_info) and adds those of M(wslfleet.cuda.cuda_audit_info).
  - Every row of NVIDIA's guide, V(G1) to V(G24), is in the list at least once. A row that was not checked has a verdict
    with the level V(info) that says why.
  - The order within a level is kept.
positional: linux, windows_users, levels
options:
  _input:
    description:
      - The verdicts about Windows, as in RV(wslfleet.cuda.host_info#module:preflight).
      - A list that this filter returned can be used too, for other O(levels).
    type: list
    elements: dict
    required: true
  linux:
    description:
      - The result of M(wslfleet.cuda.cuda_audit_info) for the distribution of the account that is logged on.
      - If there was no distribution to audit, the result of P(wslfleet.cuda.distribution_standing#filter), which is a
        finding too.
      - When unset, the distributions of O(windows_users) are meant.
    type: dict
  windows_users:
    description:
      - The value of RV(wslfleet.cuda.cuda_bundle#module:windows_users), with a step that registered C(audit).
      - When unset, there are no distributions of other users.
    type: list
    elements: dict
    default: []
  levels:
    description:
      - The levels to return, out of V(ok), V(info), V(warn) and V(stop).
      - When unset, only problems are returned.
    type: list
    elements: str
    default: [warn, stop]
"""

EXAMPLES = r"""
- name: Show the findings
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
    - The verdicts with C(about) (V(Windows), V(Linux) or the name of a Windows user), C(level), C(row), C(title) (of
      the row of the guide, empty if the guide has no such row), C(id), C(seen) and C(remedy).
  type: list
  elements: dict
  sample:
    - about: Linux
      level: stop
      row: G9
      title: No Linux driver inside WSL
      id: driver_packages
      seen: libnvidia-compute-570 ii
      remedy: run repair.yml
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import STOP, WARN, Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import guide
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.same_findings import LEVELS


def findings(
    windows: t.Any,
    linux: t.Mapping[str, t.Any] | None = None,
    windows_users: t.Sequence[t.Mapping[str, t.Any]] = (),
    levels: t.Sequence[str] = (WARN, STOP),
) -> list[dict[str, t.Any]]:
    """The verdicts about WINDOWS, LINUX and distributions of WINDOWS_USERS; raises AnsibleFilterError, see options."""
    if not isinstance(windows, list):
        raise AnsibleFilterError(f"findings needs the verdicts of host_info, not {type(windows).__name__}")
    if unknown := sorted(set(levels) - set(LEVELS)):
        raise AnsibleFilterError(f"findings knows no level {', '.join(unknown)}: {', '.join(LEVELS)}")
    found = _about(guide.WINDOWS, windows)
    if linux is not None:
        told = linux.get("rows")
        found += _about(guide.LINUX, _complete(told) if told else _unaudited(_absent(linux)))
    for user in windows_users:
        found += _about(user["user"], _of(user))
    return sorted((row for row in found if row["level"] in levels), key=lambda row: LEVELS.index(row["level"]))


def _about(whom: str, verdicts: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    return [{"about": whom, "title": guide.TITLES.get(verdict["row"], ""), **verdict} for verdict in verdicts]


def _of(user: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    """The verdicts about the distribution of one USER, or why there are none."""
    audit = (user.get("results") or {}).get("audit") or {}
    if rows := audit.get("rows"):
        return _complete(rows)
    level = STOP if user.get("failed") else WARN
    why = user.get("msg") or user.get("reason") or "not audited"
    return _unaudited(Verdict("distribution", "G8", level, why))


def _absent(standing: t.Mapping[str, t.Any]) -> Verdict:
    seen = standing.get("seen") or "not registered for the account that is logged on"
    return Verdict("distribution", "G8", WARN, seen, standing.get("remedy") or "run provision.yml")


def _complete(rows: list[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    """ROWS of one distribution, and verdicts for missing ones, because root in it can forge the list."""
    missing = guide.untold(rows, guide.LINUX, "the audit of the distribution did not report it", "run the audit again")
    return [*rows, *map(vars, missing)]


def _unaudited(reason: Verdict) -> list[t.Mapping[str, t.Any]]:
    """REASON, why there is no audit, and a verdict for every row that was not checked because of it."""
    why = f"not looked at, see the row {reason.id}"
    return [vars(verdict) for verdict in (reason, *guide.untold([], guide.LINUX, why, reason.remedy or "audit later"))]


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"findings": findings}
