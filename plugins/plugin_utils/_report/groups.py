# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Inventory groups from the documents of laptops: by state, by what they wait for, by versions. Pure.

Documents contain text from laptops, so names of groups are fixed, except for the digits of versions.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import words
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.document import Document
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.fleet import Fleet

BROKEN_DRIVER, AWAITING_RESTART, AWAITING_LOGON = "broken_driver", "awaiting_restart", "awaiting_logon"
ALWAYS = (*words.AS_SHOWN, BROKEN_DRIVER, AWAITING_RESTART, AWAITING_LOGON)
"""Groups that exist even if they are empty, so a play for them is not a mistake."""
MAXIMUM_VERSIONS = 8
"""Most groups for versions of one kind that a laptop can be in, so it cannot fill the inventory with groups."""
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,5}){1,3}", re.ASCII)
_WINDOWS_DRIVER, _NO_LINUX_DRIVER = "nvidia_driver", "G9"
"""The finding that judges the driver on Windows, and the row of those about a Linux driver in a distribution."""


def of_fleet(fleet: Fleet, prefix: str = "") -> dict[str, list[str]]:
    """Name of a group, with PREFIX -> its laptops of FLEET."""
    found: dict[str, list[str]] = {prefix + name: [] for name in ALWAYS}
    for laptop in fleet.laptops:
        for name in of_document(laptop.document):
            found.setdefault(prefix + name, []).append(laptop.name)
    return found


def of_document(one: Document) -> list[str]:
    """The groups of the laptop that the document ONE is about."""
    awaited = {str(wait["what"]).partition(" ")[0] for wait in one["waits_for"] or ()}
    states = {
        str(one["state"]): True,
        BROKEN_DRIVER: any(_breaks_driver(finding) for finding in one["findings"]),
        AWAITING_RESTART: "restart" in awaited,
        AWAITING_LOGON: "logon" in awaited,
    }
    toolkits = (str(toolkit["version"]) for toolkit in one["toolkits"] or ())
    drivers = (str(gpu["driver_version"] or "") for gpu in one["gpus"] or ())
    return (
        [name for name, holds in states.items() if holds]
        + _versions("toolkit", toolkits)
        + _versions("driver", drivers)
    )


def _breaks_driver(finding: t.Mapping[str, t.Any]) -> bool:
    about_driver = finding["id"] == _WINDOWS_DRIVER or finding["row"] == _NO_LINUX_DRIVER
    return bool(finding["level"] == words.FAIL and about_driver)


def _versions(what: str, texts: t.Iterable[str]) -> list[str]:
    """WHAT_12_8 for each version in TEXTS, which may contain several; other text is ignored."""
    parts = (part.strip() for text in texts for part in text.split(","))
    names = dict.fromkeys(f"{what}_{part.replace('.', '_')}" for part in parts if _VERSION.fullmatch(part))
    return list(names)[:MAXIMUM_VERSIONS]
