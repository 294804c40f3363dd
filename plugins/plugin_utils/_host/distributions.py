# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The distributions that are registered in a user's Lxss key. Whether one runs is not in the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree, Scope

STATES = {1: "installed", 3: "installing", 4: "uninstalling", 5: "converting", 6: "exporting"}
FLAG_WSL2 = 8
"""Bit of ``Flags``; the value ``Version`` is the file system's version, not WSL 1 or 2."""
_GUID = re.compile(r"\{[0-9a-fA-F-]{36}\}\Z")


@dataclass(frozen=True)
class Distribution:
    """One registered distribution."""

    name: str
    guid: str
    """With braces, as in the registry."""
    version: int
    """1 or 2: WSL 1 or WSL 2."""
    default: bool
    default_uid: int
    base_path: str
    """The folder with the virtual disk, without a leading ``\\\\?\\``."""
    state: str
    """One of STATES, or ``unknown (N)``."""


def scope_of(sid: str) -> Scope:
    """What ``_host.queries.distributions_of`` asks."""
    return Scope(f"HKU\\{sid}\\{keys.LXSS_USER}", recursive=True)


def registered_to(registry: RegistryTree, sid: str) -> list[Distribution]:
    """The distributions of the user with SID whose hive is loaded, from the read ``_host.queries.distributions_of``."""
    return registered(registry, f"HKU\\{sid}\\{keys.LXSS_USER}")


def registered(registry: RegistryTree, lxss_key: str) -> list[Distribution]:
    """The distributions below LXSS_KEY (``HKCU\\…\\Lxss`` or ``HKU\\SID\\…\\Lxss``)."""
    default = (registry.text(lxss_key, "DefaultDistribution") or "").lower()
    found = []
    for key in registry.subkeys(lxss_key):
        guid = key.rpartition("\\")[2]
        name = registry.text(key, "DistributionName")
        if _GUID.match(guid) and name is not None:
            found.append(_distribution(registry, key, guid, name, default == guid.lower()))
    return found


def _distribution(registry: RegistryTree, key: str, guid: str, name: str, default: bool) -> Distribution:
    state = registry.number(key, "State") or 0
    flags = registry.number(key, "Flags")
    path = registry.text(key, "BasePath") or ""
    return Distribution(
        name=name,
        guid=guid,
        version=2 if (7 if flags is None else flags) & FLAG_WSL2 else 1,
        default=default,
        default_uid=registry.number(key, "DefaultUid") or 0,
        base_path=path[4:] if path.startswith("\\\\?\\") else path,
        state=STATES.get(state, f"unknown ({state})"),
    )


def find(distributions: list[Distribution], name: str) -> Distribution | None:
    """The one called NAME; WSL compares names without case."""
    return next((entry for entry in distributions if entry.name.lower() == name.lower()), None)


def damaged(registry: RegistryTree, lxss_key: str) -> list[str]:
    """The keys below LXSS_KEY that WSL cannot read, each with what it lacks; one such key makes every start fail.

    Source: microsoft/WSL issue 12822.
    """
    found = []
    for key in registry.subkeys(lxss_key):
        lacks = [value for value in ("DistributionName", "BasePath") if not registry.text(key, value)]
        if lacks and _GUID.match(key.rpartition("\\")[2]):
            found.append(f"{key} without {' and '.join(lacks)}")
    return found
