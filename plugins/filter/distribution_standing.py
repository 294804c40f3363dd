# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells whether there is a distribution to work in, and who has it otherwise."""

from __future__ import annotations

DOCUMENTATION = r"""
name: distribution_standing
short_description: Whether there is a distribution to work in, and who owns it
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Uses the result of M(wslfleet.cuda.host_info) to decide whether M(wslfleet.cuda.cuda_bundle) has a distribution to
    work in. If there is none, this is not a failure, and one line says why.
positional: name, windows_users, verb
options:
  _input:
    description:
      - The result of M(wslfleet.cuda.host_info).
    type: dict
    required: true
  name:
    description:
      - Name of the distribution.
    type: str
    required: true
  windows_users:
    description:
      - The variable C(windows_host_windows_users). If it is not empty, the distributions of these users are meant.
    type: list
    elements: str
    default: []
  verb:
    description:
      - What the play would do, for example V(repair).
    type: str
    default: do
"""

EXAMPLES = r"""
- name: Show why there is nothing to remove
  ansible.builtin.debug:
    msg: "{{ (host | wslfleet.cuda.distribution_standing('Ubuntu-24.04', [], 'remove')).text }}"
"""

RETURN = r"""
_value:
  description:
    - C(usable) is V(true) if there is a distribution to work in, either of the account or of O(windows_users).
      Otherwise C(text) says in one line why there is nothing to do. C(seen) and C(remedy) are the parts of that line,
      as in a finding.
  type: dict
  sample:
    usable: false
    seen: Ubuntu-24.04 belongs to anna, ben
    remedy: set windows_host_windows_users
    text: "nothing to remove: Ubuntu-24.04 belongs to anna, ben: set windows_host_windows_users"
"""

import typing as t

_SHOWN = 3
"""Names of other distributions on the host."""


def distribution_standing(
    host: t.Any, name: str, windows_users: t.Sequence[str] = (), verb: str = "do"
) -> dict[str, t.Any]:
    """Whether NAME can be entered on HOST, and why not."""
    wanted = str(name).lower()
    owners = [str(each["owner"]) for each in host["distributions"] if str(each["name"]).lower() == wanted]
    if windows_users or host["account"] in owners:
        return {"usable": True, "seen": "", "remedy": "", "text": ""}
    if owners:
        return _nothing(verb, f"{name} belongs to {', '.join(sorted(set(owners)))}", "set windows_host_windows_users")
    others = [str(each["name"]) for each in host["distributions"] if each["owner"] == host["account"]]
    named = f", or set windows_host_distribution to {' or '.join(others[:_SHOWN])}" if others else ""
    seen = f"{host['account']} has no distribution {name} here"
    return _nothing(verb, seen, f"run provision.yml to install it{named}")


def _nothing(verb: str, seen: str, remedy: str) -> dict[str, t.Any]:
    return {"usable": False, "seen": seen, "remedy": remedy, "text": f"nothing to {verb}: {seen}: {remedy}"}


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"distribution_standing": distribution_standing}
