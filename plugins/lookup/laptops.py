# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that tells a play which hosts are laptops."""

from __future__ import annotations

DOCUMENTATION = r"""
name: laptops
short_description: Which hosts the playbooks are for
version_added: 0.1.0
author:
  - The wslfleet contributors (@wslfleet)
description:
  - Returns group V(laptops), or the group, host or pattern in the variable C(wslfleet_hosts), wherever that variable is
    set. If it is not set for a host, and there is no group V(laptops), the value of another host of the play is used.
  - Ansible evaluates C(hosts) of a play before it reads variables of the inventory. In C(hosts) this lookup returns a
    pattern, which is C(wslfleet_hosts) if it is already known, otherwise V(all). In a task it returns the hosts, so
    that the first task of a play can leave out all others. In C(hosts) of later plays it returns the group of those
    that were not left out, if there is such a group, so that these plays need no such task.
  - With C(-c local) on the command line there is one laptop, the one in whose distribution Ansible runs. It is the one
    host of the inventory, and without an inventory it is C(localhost). It need not be in group V(laptops).
  - Fails with C(-c local) if it leads several hosts of the play to this one laptop.
  - Fails if the inventory has no such group or host, or if none of these hosts is in the play or in its C(--limit).
    Ansible itself only skips such a play.
options:
  _terms:
    description:
      - In a task, names of hosts. Only those of them that the play is for are returned. If a task runs on many hosts,
        this costs much less than the list of all hosts.
      - When unset, all hosts that the play is for.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Your own play for the same laptops
  hosts: "{{ lookup('wslfleet.cuda.laptops') }}"
  tasks:
    - name: Leave out hosts that are not laptops
      ansible.builtin.meta: end_host
      when: not query('wslfleet.cuda.laptops', inventory_hostname)
"""

RETURN = r"""
_raw:
  description:
    - The pattern, as one element. In a task, the names of the hosts that the play is for.
  type: list
  elements: str
  sample: [laptops]
"""

import re
import typing as t

from ansible import context
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._action.preload import preload

DEFAULT = "laptops"
HERE = "localhost"
VARIABLE = "wslfleet_hosts"
_ONE_NAME = re.compile(r"[\w.-]+\Z")

Find = t.Callable[[str], t.Sequence[str]]
"""The hosts of the inventory that a pattern matches, within ``--limit``."""

_of_others: dict[tuple[str, ...], str] = {}
"""The hosts of a play -> the value of VARIABLE in the first one that has it. All are searched only once for a play."""

_judged: dict[str, bool] = {}
"""Host -> whether the first task of a play kept it. Core asks that task in this process, as it does ``hosts``."""


def pattern_of(variables: t.Mapping[str, t.Any], find: Find) -> str:
    """The pattern for ``hosts`` of a play with VARIABLES. Raises AnsibleError if it can match nothing."""
    groups: t.Mapping[str, t.Sequence[str]] = variables.get("groups") or {}
    hosts = groups.get("all") or []
    wanted = variables.get(VARIABLE)
    if _is_local(wanted, groups):
        return _one_of(hosts)
    if not hosts and not context.CLIARGS.get("syntax"):
        raise AnsibleError(
            f"the inventory has no hosts: name one with -i that has the laptops in group {str(wanted or DEFAULT)!r}, or"
            " give -c local in a distribution of the one laptop"
        )
    if not wanted:
        return kept_before(groups, find("all"))
    pattern = str(wanted)
    if _ONE_NAME.match(pattern):
        _check_name(pattern, groups)
    if hosts and not find(pattern):
        raise _nobody(pattern)
    return pattern


def kept_before(groups: t.Mapping[str, t.Sequence[str]], everybody: t.Sequence[str]) -> str:
    """The one of GROUPS with those of EVERYBODY that an earlier play kept; ``all`` if there is none, or not all were
    judged."""
    if not all(host in _judged for host in everybody):
        return "all"
    kept = {host for host in everybody if _judged[host]}
    of_run = set(everybody)
    return next((name for name, hosts in groups.items() if kept and kept == of_run.intersection(hosts)), "all")


def _nobody(pattern: str) -> AnsibleError:
    return AnsibleError(f"no hosts matched: none of the hosts of this run is in {pattern!r}; nothing was changed")


def _is_local(wanted: t.Any, groups: t.Mapping[str, t.Sequence[str]]) -> bool:
    """Whether the only laptop is the one in whose distribution Ansible runs, and no other is named."""
    return context.CLIARGS.get("connection") == "local" and not wanted and DEFAULT not in groups


def _one_of(hosts: t.Sequence[str]) -> str:
    """The only one of HOSTS of the inventory, or Ansible's implicit one. Raises AnsibleError."""
    if len(hosts) > 1:
        raise AnsibleError(
            f"-c local is for one laptop, the one that Ansible runs on, and the inventory has {len(hosts)} hosts: leave"
            " it out, or put this laptop into group laptops; nothing was changed"
        )
    return hosts[0] if hosts else HERE


def _check_name(name: str, groups: t.Mapping[str, t.Sequence[str]]) -> None:
    """Whether NAME is a group with hosts, or a host."""
    if name not in groups and name not in (groups.get("all") or []):
        named = ", ".join(sorted(each for each in groups if each not in ("all", "ungrouped"))) or "none"
        raise AnsibleError(
            f"no host or group {name!r} in the inventory: name the group of the laptops with wslfleet_hosts"
            f" (groups here: {named}), or make it a child of group {DEFAULT}; nothing was changed"
        )
    if not groups.get(name, [name]):
        raise AnsibleError(f"group {name!r} of the inventory has no hosts: put the laptops into it")


def hosts_of(wanted: t.Any, variables: t.Mapping[str, t.Any], find: Find) -> list[str]:
    """The hosts of the play of VARIABLES that pattern WANTED matches. Raises AnsibleError if there are none."""
    pattern = str(wanted or DEFAULT)
    groups: t.Mapping[str, t.Sequence[str]] = variables.get("groups") or {}
    if _is_local(wanted, groups):
        return [_one_of(groups.get("all") or [])]
    if _ONE_NAME.match(pattern):
        _check_name(pattern, groups)
    matched = set(groups.get(pattern) or find(pattern))
    here = [host for host in variables.get("ansible_play_hosts_all") or () if host in matched]
    if not here:
        raise _nobody(pattern)
    if len(here) > 1 and context.CLIARGS.get("connection") == "local":
        _check_connections(here, variables["hostvars"])
    return here


def _check_connections(hosts: t.Sequence[str], variables: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
    """Check that at most one of HOSTS uses the connection of the command line, which is to Ansible's own laptop."""
    same = [host for host in hosts if variables[host].get("ansible_connection", "local") == "local"]
    if len(same) > 1:
        raise AnsibleError(
            f"-c local is for one laptop, the one that Ansible runs on, and {', '.join(same[:3])}"
            f"{' …' if same[3:] else ''} ({len(same)} hosts) would all be that one: choose one with --limit, or set"
            " ansible_connection for the others; nothing was changed"
        )


def of_others(variables: t.Mapping[str, t.Any]) -> str:
    """The value of VARIABLE in another host, for one without it; empty if the group with the usual name exists."""
    if DEFAULT in (variables.get("groups") or {}):
        return ""
    hosts = tuple(variables.get("ansible_play_hosts_all") or ())
    if not _of_others.get(hosts):
        found = (str(variables["hostvars"][host].get(VARIABLE) or "") for host in hosts)
        _of_others[hosts] = next(filter(None, found), "")
    return _of_others[hosts]


class LookupModule(LookupBase):
    """Lookup ``wslfleet.cuda.laptops``."""

    def run(self, terms: t.Any, variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        """A pattern, or in a task the hosts."""
        del kwargs
        found = variables or {}
        if "inventory_hostname" not in found:
            preload()
            return [pattern_of(found, lambda pattern: self._find(pattern, found))]
        templar: t.Any = self._templar
        # Not as an argument: core templates every name in a lookup's arguments again, for every host of the play.
        plain = templar.available_variables
        wanted = templar.template(found.get(VARIABLE)) or of_others(plain)
        hosts = hosts_of(wanted, plain, lambda pattern: self._find(pattern, found))
        _judged.update({host: host in hosts for host in terms})
        return [host for host in terms if host in hosts] if terms else hosts

    def _find(self, pattern: str, variables: dict[str, t.Any]) -> list[str]:
        inventory: t.Any = InventoryManager(loader=self._loader, parse=False)
        for group, hosts in variables["groups"].items():
            inventory.add_group(group)
            for host in hosts:
                inventory.add_host(host, group=group)
        inventory.subset(context.CLIARGS.get("subset"))
        return [host.name for host in inventory.get_hosts(pattern)]
