# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps to the wanted WSL, each with its text."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import Package


class _WslExe(Step):
    """A step that is one command of wsl.exe."""

    BY_HAND = "wsl.exe {0.words}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of wsl.exe."""
        raise NotImplementedError

    @property
    def words(self) -> str:
        """The arguments in one text."""
        return " ".join(self.arguments)


@dataclass(frozen=True)
class EnableFeature(Step):
    """Enable an optional feature of Windows."""

    TEXT = "enable the Windows feature {0.name} (dism.exe)"
    BY_HAND = "dism.exe /Online /NoRestart /Enable-Feature /FeatureName:{0.name}{0.parents}"
    name: str
    all_parents: bool

    @property
    def parents(self) -> str:
        """The option of dism.exe to enable parent features too."""
        return " /All" if self.all_parents else ""


@dataclass(frozen=True)
class InstallOnline(_WslExe):
    """Let the wsl.exe of Windows download and install WSL, as NVIDIA's guide says."""

    TEXT = "install WSL ({0.by_hand})"
    web_download: bool = False
    """From GitHub, not from the Store."""
    inbox: bool = False
    """The WSL of Windows itself exists, which calls this an update."""
    fall_back: bool = False
    """Use GitHub if the Store refuses."""

    @property
    def arguments(self) -> tuple[str, ...]:
        what = ("--update",) if self.inbox else ("--install", "--no-distribution")
        return (*what, "--web-download") if self.web_download else what


@dataclass(frozen=True)
class InstallMsi(Step):
    """Install, upgrade or downgrade from a package."""

    TEXT = "install WSL from {0.package} (msiexec.exe, kept as {0.package.path})"
    BY_HAND = "msiexec.exe /i {0.package}"
    package: Package
    skip_msix: bool = False


@dataclass(frozen=True)
class UpdateOnline(_WslExe):
    """Ask Microsoft for a newer WSL and install it if there is one."""

    TEXT = "update WSL when there is a newer one ({0.by_hand})"
    web_download: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("--update", "--web-download") if self.web_download else ("--update",)


@dataclass(frozen=True)
class StopWsl(Step):
    """Stop everyone's WSL, so no file of the package is kept open."""

    TEXT = "stop WSL for everyone ({0.by_hand})"
    BY_HAND = "sc.exe stop WSLService"


@dataclass(frozen=True)
class RepairMsi(Step):
    """Write the package's files again and cancel deletions at the next restart."""

    TEXT = "repair WSL {0.package.version} (msiexec.exe /fvamus {0.package.path})"
    BY_HAND = "msiexec.exe /fvamus {0.package}"
    package: Package


@dataclass(frozen=True)
class RemoveMsi(Step):
    """Remove the package. Registrations and virtual disks of distributions are kept."""

    TEXT = "remove WSL ({0.by_hand}); distributions are kept on their disks"
    BY_HAND = "msiexec.exe /x {0.product_code}"
    product_code: str
