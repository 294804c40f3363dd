# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The words of documents and reports: states of laptops, levels of findings, and the rows of NVIDIA's guide. Pure."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import guide

CONFORMING, NOT_CONFORMING, UNKNOWN_STATE, UNREACHABLE = "conforming", "not_conforming", "unknown", "unreachable"
STATES = (NOT_CONFORMING, UNREACHABLE, UNKNOWN_STATE, CONFORMING)
"""Those that need a person come first."""
AS_SHOWN = (CONFORMING, NOT_CONFORMING, UNKNOWN_STATE, UNREACHABLE)
"""The order of tiles and charts."""
STATE_NAMES = {
    CONFORMING: "Conforming",
    NOT_CONFORMING: "Not conforming",
    UNKNOWN_STATE: "Unknown",
    UNREACHABLE: "Out of reach",
}

PASS, WARN, FAIL, NOT_APPLICABLE, UNKNOWN = "pass", "warn", "fail", "not_applicable", "unknown"
LEVELS = (FAIL, WARN, UNKNOWN, PASS, NOT_APPLICABLE)
"""The worst first."""

ROWS = guide.TITLES
"""Row of NVIDIA's guide for CUDA in WSL, as the collection numbers them -> what it is about."""


def worst(levels: list[str]) -> str:
    """The worst of LEVELS; unknown if there is none."""
    return min(levels, key=LEVELS.index, default=UNKNOWN)
