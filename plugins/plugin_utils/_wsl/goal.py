# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What is wanted of WSL on a host. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import paths
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import Source
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import package as wsl_package


@dataclass(frozen=True)
class WslGoal:
    """What is wanted."""

    state: str = "present"
    method: str = "auto"
    version: str | None = None
    msi: str | None = None
    msi_sha256: str | None = None
    msi_proxy: str | None = None
    skip_msix: bool | None = None
    allow_running: bool = False
    allow_downgrade: bool = False
    force: bool = False

    def check(self) -> None:
        """Raise StepFailed if the options contradict each other, before the host is asked."""
        if self.state == "absent":
            return
        if self.method == "msi" and not self.msi:
            raise StepFailed("method=msi needs msi: an address, a share or the controller's path of WSL's MSI package")
        if self.method == "online" and self.version:
            raise StepFailed("method=online always installs the newest WSL: drop version, or use method=web_download")
        if self.method == "inbox" and (self.msi or self.version or self.state == "latest"):
            raise StepFailed(
                "method=inbox is the WSL of Windows itself: msi, version and state=latest do not go with it"
            )
        if self.version:
            wsl_package.checked_version(self.version)
        if self.msi:
            wrong = paths.source_problem(self.msi)
            if wrong:
                raise StepFailed(f"msi {addresses.masked(self.msi)!r} {wrong}; nothing was changed")
            wsl_package.named_package(Source(self.msi), self.version)
            exposed = addresses.exposed("msi", self.msi, self.msi_sha256)
            if exposed:
                raise StepFailed(exposed)
        if self.state == "latest" and self.version:
            raise StepFailed("state=latest and version contradict each other: drop one of them")

    def package(self, architecture: str) -> wsl_package.Package | None:
        """The package to install from; None if wsl.exe downloads the newest one. Raises StepFailed."""
        version = wsl_package.checked_version(self.version) if self.version else None
        if self.msi and self.method in ("auto", "msi"):
            return wsl_package.named_package(Source(self.msi, self.msi_sha256, self.msi_proxy), version)
        if version:
            return wsl_package.released_package(version, architecture, self.msi_sha256, self.msi_proxy)
        return None

    def package_of(self, installed: str, architecture: str) -> wsl_package.Package:
        """The package that repairs the INSTALLED version: the administrator's, otherwise that of Microsoft.

        A copy on the host is preferred when the step is carried out.
        """
        ours = self.package(architecture)
        if ours and ours.version and wsl_package.version_key(ours.version) == wsl_package.version_key(installed):
            return ours
        return wsl_package.released_package(installed, architecture, None, self.msi_proxy)
