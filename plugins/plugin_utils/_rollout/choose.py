# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The laptops that come first, and the folder for the remaining ones, from the inventory. Pure."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._rollout.settings import PREFIX

CANARY, FOLDER, HOSTS = f"{PREFIX}canary", f"{PREFIX}folder", "wslfleet_hosts"
DEFAULT_CANARY, DEFAULT_HOSTS = "canary", "laptops"
_BELOW_REPORT = "rollout"

Variables = t.Mapping[str, t.Any]
Find = t.Callable[[str], t.Iterable[str]]
"""The hosts of the inventory that a pattern matches."""


def pattern_of_laptops(variables: Variables) -> t.Any:
    """The value of wslfleet_hosts, for a play with VARIABLES; None if it is not set.

    A play itself has no variables of the inventory. If the group with the usual name exists, one of its hosts has them.
    """
    if variables.get(HOSTS):
        return variables[HOSTS]
    usual = (variables.get("groups") or {}).get(DEFAULT_HOSTS) or ()
    asked = usual[:1] or variables.get("ansible_play_hosts_all") or ()
    # --list-hosts and --list-tasks read no variables of hosts.
    known = variables.get("hostvars") or {}
    return next((found for host in asked if host in known and (found := known[host].get(HOSTS))), None)


def canaries(values: Variables, groups: t.Mapping[str, t.Collection[str]], find: Find) -> tuple[set[str], list[str]]:
    """The hosts that come first, and a problem with their name.

    :arg values: the variables that are set.
    """
    pattern = str(values.get(CANARY) or DEFAULT_CANARY)
    found = set(groups.get(pattern) or ()) if pattern in groups else set()
    if pattern not in groups and CANARY in values:
        found = set(find(pattern))
        if not found:
            return found, [f"{CANARY} {pattern!r} matches no host of the inventory: name a group, a host or a pattern"]
    return found, []


def folder(values: Variables) -> tuple[str, list[str]]:
    """The folder for the files of remaining laptops, and a problem with it.

    :arg values: all variables, with defaults for those that are not set.
    """
    named, report = values[FOLDER], values["wslfleet_report"]
    if named:
        return _absolute(named), []
    if not report:
        return "", [f"name a folder on this controller for the files of what is left, with wslfleet_report or {FOLDER}"]
    if not boolean(values["wslfleet_report_names"], strict=False):
        return "", [f"name {FOLDER}: its files name laptops, and wslfleet_report_names keeps names out of the report"]
    return os.path.join(_absolute(report), _BELOW_REPORT), []


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))
