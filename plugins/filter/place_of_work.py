# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells in which distribution the Linux side works, and whose it is."""

from __future__ import annotations

DOCUMENTATION = r"""
name: place_of_work
short_description: In which distribution the Linux side works, and who owns it
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Uses the findings of role C(windows_host) to decide where roles C(cuda_toolkit) and C(container_toolkit) continue.
positional: windows_users, update, distribution
options:
  _input:
    description:
      - The fact C(windows_host_result). Empty if that role has not run.
    type: dict
    required: true
  windows_users:
    description:
      - The variable C(windows_host_windows_users).
    type: list
    elements: str
    default: []
  update:
    description:
      - Whether to work in distributions that were handed over earlier.
    type: bool
    default: true
  distribution:
    description:
      - The current value of the variable C(windows_host_distribution). If an earlier play set the fact for another
        distribution of the account, the fact is ignored.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Show where the work is done
  ansible.builtin.debug:
    msg: "{{ windows_host_result | default({}) | wslfleet.cuda.place_of_work }}"
"""

RETURN = r"""
_value:
  description:
    - C(work) says whether there is a distribution to work in.
    - C(name) is the name of the distribution. Empty if the variables of the host name it.
    - O(windows_users) are the users whose distributions are meant, by SID if it is known. Empty if it is the
      distribution of the account that connects.
    - C(hand_over) says whether the distribution is handed over to the users afterwards.
    - C(stop) says whether the distribution is stopped afterwards, because the run started it.
  type: dict
  sample:
    work: true
    name: Ubuntu-24.04
    windows_users: []
    hand_over: false
    stop: true
"""

import typing as t


def place_of_work(
    host: t.Mapping[str, t.Any], windows_users: t.Sequence[str] = (), update: bool = True, distribution: str = ""
) -> dict[str, t.Any]:
    """Where the work is done, from the facts about HOST."""
    found = host.get("distribution") or {}
    name = str(found.get("name") or "")
    place = {"work": True, "name": name, "windows_users": [], "hand_over": False, "stop": False}
    another = bool(name and distribution and not windows_users) and name.lower() != distribution.lower()
    if not host or another:
        return {**place, "name": "", "windows_users": list(windows_users)}
    if not windows_users:
        return {**place, "work": bool(host.get("ready")), "stop": not found.get("running", True)}
    if host.get("ready") and name:
        return {**place, "hand_over": True}
    people = (host.get("hand_over") or {}).get("hand_over") or []
    present = [one["sid"] for one in people if one["present"]] if update else []
    return {**place, "work": bool(present), "name": "", "windows_users": present}


class FilterModule:
    """Tells Ansible which filters this file holds."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"place_of_work": place_of_work}
