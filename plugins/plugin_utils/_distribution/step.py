# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps to the wanted distribution, each with its text."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step


@dataclass(frozen=True)
class SetManifest(Step):
    """Let ``wsl.exe --install`` and ``--list --online`` use the organisation's list of distributions."""

    address: str

    def __str__(self) -> str:
        return f"take the list of distributions from {addresses.masked(self.address)} (DistributionListUrl)"


@dataclass(frozen=True)
class RemoveUnfinished(Step):
    """Remove the registration of an interrupted import or installation."""

    TEXT = "remove the unfinished registration of {0.name} (wsl.exe --unregister)"
    name: str


@dataclass(frozen=True)
class InstallOnline(Step):
    """Let wsl.exe download a distribution of its list."""

    distribution_id: str
    name: str
    location: str | None
    version: int

    def __str__(self) -> str:
        alias = f" as {self.name}" if self.name != self.distribution_id else ""
        return f"install distribution {self.distribution_id}{alias} (wsl.exe --install)"


@dataclass(frozen=True)
class Import(Step):
    """Import a root file system or a virtual disk; for SOURCE see ``_windows.sources.kind``."""

    name: str
    source: str
    sha256: str | None
    location: str
    version: int

    def __str__(self) -> str:
        image = addresses.masked(self.source)
        return f"import {image} as distribution {self.name} into {self.location} (wsl.exe --import)"


@dataclass(frozen=True)
class Convert(Step):
    """Change between WSL 1 and WSL 2."""

    TEXT = "convert distribution {0.name} to WSL {0.version} (wsl.exe --set-version)"
    name: str
    version: int


@dataclass(frozen=True)
class MakeDefault(Step):
    """Make it the account's default distribution."""

    TEXT = "make {0.name} the default distribution (wsl.exe --set-default)"
    name: str


@dataclass(frozen=True)
class SetDefaultUser(Step):
    """Make the Linux user if it is missing, and let the distribution start as that user."""

    TEXT = "make {0.user} the default user of {0.name} (useradd, DefaultUid)"
    name: str
    user: str
    stop: bool
    """The distribution did not run before, so it is stopped afterwards."""


@dataclass(frozen=True)
class Export(Step):
    """Write the distribution to a file that does not exist yet."""

    TEXT = "export distribution {0.name} to {0.path} (wsl.exe --export)"
    name: str
    path: str
    format: str


@dataclass(frozen=True)
class Unregister(Step):
    """Delete the distribution with everything in it."""

    TEXT = "delete distribution {0.name} and everything in it (wsl.exe --unregister)"
    name: str
