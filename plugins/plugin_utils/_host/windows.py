# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Windows itself: version, language, names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

FIRST_NUMBER = re.compile(r"\d+(?:[., \u00a0\u202f\u2019']\d{2,3})*")


@dataclass(frozen=True)
class Windows:
    """The operating system."""

    product: str
    edition: str
    display_version: str
    build: int
    ubr: int
    """Update build revision: the last part of 10.0.22631.3155."""
    architecture: str
    """AMD64 or ARM64."""
    ui_language: str
    computer_name: str

    @property
    def version(self) -> str:
        """Build and revision as people write them: ``22631.3155``."""
        return f"{self.build}.{self.ubr}"


def windows(registry: RegistryTree) -> Windows:
    """From the reads ``_host.queries.windows``."""
    build = registry.text(q.WINDOWS, "CurrentBuild") or registry.text(q.WINDOWS, "CurrentBuildNumber") or "0"
    return Windows(
        product=_product(registry.text(q.WINDOWS, "ProductName") or "Windows", int(build)),
        edition=registry.text(q.WINDOWS, "EditionID") or "",
        display_version=registry.text(q.WINDOWS, "DisplayVersion") or "",
        build=int(build),
        ubr=registry.number(q.WINDOWS, "UBR") or 0,
        architecture=registry.text(q.ENVIRONMENT, "PROCESSOR_ARCHITECTURE") or "",
        ui_language=_language(registry),
        computer_name=registry.text(q.ACTIVE_COMPUTER_NAME, "ComputerName") or "",
    )


def _product(name: str, build: int) -> str:
    """Windows 11 still calls itself Windows 10 in the registry."""
    return name.replace("Windows 10", "Windows 11") if build >= 22000 else name


def _language(registry: RegistryTree) -> str:
    for key in (q.USER_LANGUAGES, q.MACHINE_LANGUAGES):
        languages = registry.get(key, "PreferredUILanguages")
        if isinstance(languages, list) and languages:
            return languages[0]
    return registry.text(q.REGION, "LocaleName") or ""
