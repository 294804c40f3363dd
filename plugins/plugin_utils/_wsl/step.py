# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps on the way to the WSL that is wanted, each with its text."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import (
    Package,
)


@dataclass(frozen=True)
class EnableFeature:
    """Enable an optional feature of Windows."""

    name: str
    all_parents: bool

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        every = " /All" if self.all_parents else ""
        return f"dism.exe /Online /NoRestart /Enable-Feature /FeatureName:{self.name}{every}"

    def __str__(self) -> str:
        return f"enable the Windows feature {self.name} (dism.exe)"


@dataclass(frozen=True)
class InstallOnline:
    """Let the wsl.exe of Windows fetch and install WSL, as NVIDIA's guide says."""

    web_download: bool = False
    """From GitHub, not from the Store."""
    inbox: bool = False
    """The WSL of Windows itself is there: it calls that an update."""
    fall_back: bool = False
    """Go to GitHub where the Store refuses."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of wsl.exe."""
        what = ("--update",) if self.inbox else ("--install", "--no-distribution")
        return (*what, "--web-download") if self.web_download else what

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        return f"wsl.exe {' '.join(self.arguments)}"

    def __str__(self) -> str:
        return f"install WSL (wsl.exe {' '.join(self.arguments)})"


@dataclass(frozen=True)
class InstallMsi:
    """Install, upgrade or downgrade from a package."""

    package: Package
    skip_msix: bool = False

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        return f"msiexec.exe /i {self.package}"

    def __str__(self) -> str:
        return f"install WSL from {self.package} (msiexec.exe, kept as {self.package.path})"


@dataclass(frozen=True)
class UpdateOnline:
    """Ask Microsoft for a newer WSL and install it when there is one."""

    web_download: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of wsl.exe."""
        return ("--update", "--web-download") if self.web_download else ("--update",)

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        return f"wsl.exe {' '.join(self.arguments)}"

    def __str__(self) -> str:
        return f"update WSL when there is a newer one (wsl.exe {' '.join(self.arguments)})"


@dataclass(frozen=True)
class StopWsl:
    """Stop everyone's WSL, so that no file of the package is held open."""

    by_hand: t.ClassVar[str] = "sc.exe stop WSLService"

    def __str__(self) -> str:
        return "stop WSL for everyone (sc.exe stop WSLService)"


@dataclass(frozen=True)
class RepairMsi:
    """Write the package's files again and take back what was to be deleted at the next restart."""

    package: Package

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        return f"msiexec.exe /fvamus {self.package}"

    def __str__(self) -> str:
        return f"repair WSL {self.package.version} (msiexec.exe /fvamus {self.package.path})"


@dataclass(frozen=True)
class RemoveMsi:
    """Remove the package. Registrations and virtual disks of distributions stay."""

    product_code: str

    @property
    def by_hand(self) -> str:
        """The command by which a person does it."""
        return f"msiexec.exe /x {self.product_code}"

    def __str__(self) -> str:
        return f"remove WSL (msiexec.exe /x {self.product_code}); distributions stay on their disks"


Step = t.Union[EnableFeature, InstallOnline, InstallMsi, UpdateOnline, StopWsl, RepairMsi, RemoveMsi]
