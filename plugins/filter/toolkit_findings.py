# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes the findings of role cuda_toolkit of what its order returned."""

from __future__ import annotations

DOCUMENTATION = r"""
name: toolkit_findings
short_description: Make the findings of role cuda_toolkit from the result of its order
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Takes the result of M(wslfleet.cuda.cuda_bundle) with steps that registered C(installed), C(smoke) and C(audit).
positional: version, check_mode
options:
  _input:
    description:
      - The result.
    type: dict
    required: true
  version:
    description:
      - The requested toolkit version.
    type: str
    required: true
  check_mode:
    description:
      - Whether nothing was really done.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Show the findings of an order
  ansible.builtin.debug:
    msg: "{{ order | wslfleet.cuda.toolkit_findings('12.8') }}"
  vars:
    order:
      windows_users: []
"""

RETURN = r"""
_value:
  description:
    - O(version), C(installed), C(clean), C(driver_packages), C(rows), C(nvcc), C(default_nvcc), C(other_nvcc),
      C(verdict), C(program) and C(compiler) of the last distribution that was audited. Empty if none was audited.
    - If the distributions belong to other Windows users, C(windows_users) contains the same for each user, by name.
  type: dict
  sample:
    version: "12.8"
    clean: true
"""

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.told_by_user import of_each_user


def toolkit_findings(order: t.Mapping[str, t.Any], version: str, check_mode: bool = False) -> dict[str, t.Any]:
    """The findings in ORDER."""
    return of_each_user(order, lambda results: _findings(results, version, check_mode))


def _findings(results: t.Mapping[str, t.Any], version: str, check_mode: bool) -> dict[str, t.Any] | None:
    installed, audit, smoke = (results.get(name, {}) for name in ("installed", "audit", "smoke"))
    if audit.get("rows") is None:
        return None
    others = [row["seen"] for row in audit["rows"] if row["id"] == "nvcc" and row["level"] == "warn"]
    return {
        "version": installed.get("version") or version,
        "installed": not (check_mode and installed.get("changed")),
        "clean": audit["clean"],
        "driver_packages": audit["driver_packages"],
        "rows": audit["rows"],
        "nvcc": installed.get("nvcc", ""),
        "default_nvcc": audit.get("default_nvcc", ""),
        "other_nvcc": "".join(others),
        "verdict": smoke.get("verdict", "not_tested"),
        "program": smoke.get("program", ""),
        "compiler": smoke.get("compiler", ""),
    }


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"toolkit_findings": toolkit_findings}
