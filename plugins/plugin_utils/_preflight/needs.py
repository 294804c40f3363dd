# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What a host is measured against."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.sources import is_host_path

MINIMUM_DRIVER = "495"
"""The first Windows driver that carries CUDA into WSL (guide 1.1)."""
MINIMUM_FREE_SPACE = 20
"""GiB: WSL, a distribution and one toolkit with room for apt to unpack it."""


@dataclass(frozen=True)
class Needs:
    """What the host is measured against."""

    minimum_driver: str = MINIMUM_DRIVER
    """The lowest Windows driver that the chosen toolkit accepts."""
    toolkit: str | None = None
    """The chosen toolkit, ``12.8``; None leaves out what depends on it."""
    minimum_free_space: int = MINIMUM_FREE_SPACE
    """GiB on C: before anything is installed."""
    paths: t.Mapping[str, str] = field(default_factory=dict)
    """Option -> what it names: a path on the host, or something else, which does not count."""

    @property
    def drives(self) -> dict[str, list[str]]:
        """Letter -> the options that name a path on it, with the path."""
        found: dict[str, list[str]] = {}
        for name, path in self.paths.items():
            if is_host_path(path):
                found.setdefault(path[0].upper(), []).append(f"{name} {path}")
        return found
