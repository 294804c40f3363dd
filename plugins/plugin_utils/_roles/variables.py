# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""All variables that an administrator may set: those of the roles, from their argument specs, and ``wslfleet_*``.

It also contains the names that the roles and playbooks set themselves. No name is in both lists.
"""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reboot.policy import DAYS

PREFIXES = {
    "cuda_toolkit": "cuda_",
    "container_toolkit": "container_toolkit_",
    "windows_host": "windows_host_",
}
"""Role -> the prefix of its variables."""
PLAYBOOK_PREFIX = "wslfleet_"

PLAYBOOK_VARIABLES: dict[str, dict[str, t.Any]] = {
    "wslfleet_hosts": {"type": "str", "default": "laptops", "about": "group or pattern of the laptops"},
    "wslfleet_update_handed_over": {
        "type": "bool",
        "about": "whether provision updates distributions that were handed over earlier; unset: unless a finished image"
        " is used",
    },
    "wslfleet_stop_distribution": {
        "type": "bool",
        "default": False,
        "about": "whether repair stops a distribution whose programs may still use the Linux driver",
    },
    "wslfleet_probe_directory": {"type": "str", "default": ".", "about": "folder on the controller for doctor's files"},
    "wslfleet_probe_distribution": {"type": "str", "about": "distribution that doctor may start; unset: none"},
    "wslfleet_probe_idle": {"type": "int", "default": 130, "about": "seconds that doctor leaves a shell idle; 0: none"},
    "wslfleet_reconnect_timeout": {
        "type": "int",
        "default": 300,
        "about": "seconds that a laptop may be out of reach while work continues in its distribution",
    },
    "wslfleet_connect_timeout": {"type": "int", "default": 10, "about": "seconds to wait for a laptop to answer"},
    "wslfleet_report": {"type": "str", "about": "folder on the controller for documents and report; unset: none"},
    "wslfleet_report_names": {
        "type": "bool",
        "default": True,
        "about": "whether documents and report contain names of users and computers",
    },
    "wslfleet_levels": {
        "type": "list",
        "elements": "str",
        "choices": ["ok", "info", "warn", "stop"],
        "default": ["warn", "stop"],
        "about": "levels of the rows that audit shows",
    },
    "wslfleet_fail_on": {
        "type": "str",
        "choices": ["fail", "stop", "warn"],
        "about": "audit ends with an error if a laptop does not conform (fail, or stop, the name in its table), or has"
        " a warning (warn); unset: never",
    },
    "wslfleet_rollout_canary": {
        "type": "str",
        "about": "group, host or pattern of the laptops that come first; unset: group canary, if it exists",
    },
    "wslfleet_rollout_batches": {
        "type": "list",
        "elements": "raw",
        "default": ["10%", "50%", "100%"],
        "about": "sizes of the batches after the canaries: numbers, or percentages of those laptops; the last repeats",
    },
    "wslfleet_rollout_maximum_failures": {
        "type": "int",
        "default": 0,
        "about": "percentage of the laptops tried in a batch that may fail; if more fail, no other batch starts",
    },
    "wslfleet_rollout_wait": {
        "type": "int",
        "default": 0,
        "about": "minutes to wait before each batch after the first",
    },
    "wslfleet_rollout_ask": {
        "type": "bool",
        "default": False,
        "about": "whether to ask before each batch after the first; without a terminal the rollout stops there",
    },
    "wslfleet_rollout_window": {
        "type": "str",
        "about": "maintenance window in which laptops may start, for example 22:00-05:00; unset: always",
    },
    "wslfleet_rollout_window_days": {
        "type": "list",
        "elements": "str",
        "choices": list(DAYS),
        "default": list(DAYS),
        "about": "days on which the maintenance window starts",
    },
    "wslfleet_rollout_time_zone": {
        "type": "str",
        "about": "time zone of the maintenance window, for example Europe/Berlin; unset: that of the controller",
    },
    "wslfleet_rollout_put_off": {
        "type": "list",
        "elements": "str",
        "choices": ["in_use", "on_battery"],
        "default": ["in_use", "on_battery"],
        "about": "laptops that a rollout puts off: laptops with a logged-on user, laptops on battery",
    },
    "wslfleet_rollout_folder": {
        "type": "str",
        "about": "folder on the controller for the files of the remaining laptops; unset: rollout in wslfleet_report",
    },
    "wslfleet_ignore_variables": {
        "type": "list",
        "elements": "str",
        "default": [],
        "about": "your own variables whose names begin like those of the roles, and are not checked",
    },
}
"""All variables of the playbooks themselves."""

RESULTS = frozenset({*(f"{role}_result" for role in PREFIXES), "wslfleet_findings", "wslfleet_result"})
"""Names that roles and playbooks set themselves; a role sets no others, except with two underscores at the start."""

_ROLES = Path(__file__).resolve().parents[3] / "roles"


@functools.lru_cache(maxsize=None)
def of_role(role: str) -> dict[str, dict[str, t.Any]]:
    """The variables of ROLE, of all its entry points, with their specs. Raises OSError for a role that is not there."""
    text = (_ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    entries = yaml_load(text)["argument_specs"].values()
    return {name: spec for entry in entries for name, spec in entry["options"].items()}


@functools.lru_cache(maxsize=None)
def all_variables() -> dict[str, dict[str, t.Any]]:
    """Variable that may be set -> its spec: ``type``, ``elements``, ``choices``, ``default``, ``no_log``."""
    found = dict(PLAYBOOK_VARIABLES)
    for role in PREFIXES:
        found.update(of_role(role))
    return found
