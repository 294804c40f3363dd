# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What was observed of WSL on a host."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE


@dataclass(frozen=True)
class WslState:
    """What was observed."""

    build: int
    version: str | None
    services: dict[str, bool]
    elevated: bool
    allowed: bool
    running: tuple[str, ...] | None = None
    """Programs that show that someone's WSL runs; None if this was not checked."""
    enabled_features: tuple[str, ...] = ()
    """Features that are enabled and wait for a restart."""
    ubr: int = 0
    architecture: str = "AMD64"
    product_code: str | None = None
    damaged_files: tuple[str, ...] = ()
    """Files of the installed package that are missing or would be deleted at the next restart."""
    distributions: tuple[str, ...] = ()
    """``NAME of USER``, and disks in profiles that are not loaded; only read if WSL is to be removed."""
    here: bool = False
    """It is the laptop on which Ansible runs."""
    executable: str = EXECUTABLE
    """The path of wsl.exe of the package, even if that is not installed."""
    installing: bool = False
    """Windows Installer is running."""

    @property
    def inbox(self) -> bool:
        """The WSL of Windows itself is in effect, without a package."""
        return self.version is None and bool(self.services.get("LxssManager"))
