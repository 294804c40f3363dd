# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which laptops come first, and where what is left is written, by what the inventory says. Pure."""

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
    """What wslfleet_hosts says, for a play of VARIABLES; None if it is unset.

    A play knows no variable of the inventory by itself. Where there is a group of the usual name, one host of it tells.
    """
    if variables.get(HOSTS):
        return variables[HOSTS]
    usual = (variables.get("groups") or {}).get(DEFAULT_HOSTS) or ()
    asked = usual[:1] or variables.get("ansible_play_hosts_all") or ()
    return next((found for host in asked if (found := variables["hostvars"][host].get(HOSTS))), None)


def canaries(values: Variables, groups: t.Mapping[str, t.Collection[str]], find: Find) -> tuple[set[str], list[str]]:
    """The hosts that come first, and what is wrong with the name of them.

    :arg values: those of the variables that are set.
    """
    pattern = str(values.get(CANARY) or DEFAULT_CANARY)
    found = set(groups.get(pattern) or ()) if pattern in groups else set()
    if pattern not in groups and CANARY in values:
        found = set(find(pattern))
        if not found:
            return found, [f"{CANARY} {pattern!r} matches no host of the inventory: name a group, a host or a pattern"]
    return found, []


def folder(values: Variables) -> tuple[str, list[str]]:
    """Where the files of what is left go, and what is wrong with that.

    :arg values: every variable, those that are not set with their defaults.
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
