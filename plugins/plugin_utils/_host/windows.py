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

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
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
    build = registry.text(keys.WINDOWS, "CurrentBuild") or registry.text(keys.WINDOWS, "CurrentBuildNumber") or "0"
    return Windows(
        product=_product(registry.text(keys.WINDOWS, "ProductName") or "Windows", int(build)),
        edition=registry.text(keys.WINDOWS, "EditionID") or "",
        display_version=registry.text(keys.WINDOWS, "DisplayVersion") or "",
        build=int(build),
        ubr=registry.number(keys.WINDOWS, "UBR") or 0,
        architecture=registry.text(keys.ENVIRONMENT, "PROCESSOR_ARCHITECTURE") or "",
        ui_language=_language(registry),
        computer_name=registry.text(keys.ACTIVE_COMPUTER_NAME, "ComputerName") or "",
    )


def _product(name: str, build: int) -> str:
    """Windows 11 still calls itself Windows 10 in the registry."""
    return name.replace("Windows 10", "Windows 11") if build >= 22000 else name


def _language(registry: RegistryTree) -> str:
    for key in (keys.USER_LANGUAGES, keys.MACHINE_LANGUAGES):
        languages = registry.get(key, "PreferredUILanguages")
        if isinstance(languages, list) and languages:
            return languages[0]
    return registry.text(keys.REGION, "LocaleName") or ""
