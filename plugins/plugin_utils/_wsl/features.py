# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Which optional features of Windows WSL still needs. Pure."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.queries import SUBSYSTEM, VIRTUAL_MACHINE_PLATFORM

WINDOWS_11 = 22000


_VFPEXT_SINCE = 22621


def missing_features(build: int, services: dict[str, bool], inbox: bool = False) -> list[str]:
    """The optional features that WSL 2 needs and whose services do not exist yet.

    A service exists only after the restart that follows the feature.

    :arg inbox: for the WSL of Windows itself, which needs its own feature on Windows 11 too.
    """
    needed = ["hns", "vmcompute"] + (["vfpext"] if build >= _VFPEXT_SINCE else [])
    missing = [] if all(services.get(name) for name in needed) else [VIRTUAL_MACHINE_PLATFORM]
    if (build < WINDOWS_11 or inbox) and not services.get("LxssManager"):
        missing.insert(0, SUBSYSTEM)
    return missing
