# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps on the way to the distribution that is wanted, each with its text."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses


@dataclass(frozen=True)
class SetManifest:
    """Let ``wsl.exe --install`` and ``--list --online`` use the organisation's list of distributions."""

    address: str

    def __str__(self) -> str:
        return f"take the list of distributions from {addresses.masked(self.address)} (DistributionListUrl)"


@dataclass(frozen=True)
class RemoveUnfinished:
    """Take away a registration that an interrupted import or installation left half made."""

    name: str

    def __str__(self) -> str:
        return f"remove the unfinished registration of {self.name} (wsl.exe --unregister)"


@dataclass(frozen=True)
class InstallOnline:
    """Let wsl.exe fetch a distribution of its list."""

    distribution_id: str
    name: str
    location: str | None
    version: int

    def __str__(self) -> str:
        alias = f" as {self.name}" if self.name != self.distribution_id else ""
        return f"install distribution {self.distribution_id}{alias} (wsl.exe --install)"


@dataclass(frozen=True)
class Import:
    """Import a root file system or a virtual disk; SOURCE is what ``_windows.sources.kind`` tells apart."""

    name: str
    source: str
    sha256: str | None
    location: str
    version: int

    def __str__(self) -> str:
        image = addresses.masked(self.source)
        return f"import {image} as distribution {self.name} into {self.location} (wsl.exe --import)"


@dataclass(frozen=True)
class Convert:
    """Change between WSL 1 and WSL 2."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"convert distribution {self.name} to WSL {self.version} (wsl.exe --set-version)"


@dataclass(frozen=True)
class MakeDefault:
    """Make it the account's default distribution."""

    name: str

    def __str__(self) -> str:
        return f"make {self.name} the default distribution (wsl.exe --set-default)"


@dataclass(frozen=True)
class SetDefaultUser:
    """Make the Linux user where it is missing, and let the distribution start as that user."""

    name: str
    user: str
    stop: bool
    """It did not run before, so it is stopped afterwards."""

    def __str__(self) -> str:
        return f"make {self.user} the default user of {self.name} (useradd, DefaultUid)"


@dataclass(frozen=True)
class Export:
    """Write the distribution to a file that does not exist yet."""

    name: str
    path: str
    format: str
    with_format: bool
    """wsl.exe knows ``--format``; tar and virtual disks need no word of it."""

    def __str__(self) -> str:
        return f"export distribution {self.name} to {self.path} (wsl.exe --export)"


@dataclass(frozen=True)
class Unregister:
    """Delete the distribution with everything in it."""

    name: str

    def __str__(self) -> str:
        return f"delete distribution {self.name} and everything in it (wsl.exe --unregister)"


Step = t.Union[
    SetManifest,
    RemoveUnfinished,
    InstallOnline,
    Import,
    Convert,
    MakeDefault,
    SetDefaultUser,
    Export,
    Unregister,
]
