# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The requirements of a host."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.sources import is_host_path

MINIMUM_DRIVER = "495"
"""The first Windows driver with CUDA for WSL (guide 1.1)."""
MINIMUM_FREE_SPACE = 20
"""GiB: WSL, a distribution and one toolkit with room for apt to unpack it."""


@dataclass(frozen=True)
class Needs:
    """The requirements of a host."""

    minimum_driver: str = MINIMUM_DRIVER
    """The lowest Windows driver that the chosen toolkit accepts."""
    toolkit: str | None = None
    """The chosen toolkit, ``12.8``; None skips checks that depend on it."""
    minimum_free_space: int = MINIMUM_FREE_SPACE
    """GiB on C: before anything is installed."""
    paths: t.Mapping[str, str] = field(default_factory=dict)
    """Option -> its value: a path on the host; other values are ignored."""

    @property
    def drives(self) -> dict[str, list[str]]:
        """Drive letter -> the options with a path on it, and the path."""
        found: dict[str, list[str]] = {}
        for name, path in self.paths.items():
            if is_host_path(path):
                found.setdefault(path[0].upper(), []).append(f"{name} {path}")
        return found
