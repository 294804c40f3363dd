# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The MSI package of WSL: its versions, sources, folder on a host, and files. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER as PACKAGES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import Source

KEPT_NAME = "wsl.msi"
"""Windows Installer repairs WSL only from a file of this name (microsoft/WSL#40968)."""
RELEASES = "https://github.com/microsoft/WSL/releases/download"

FOLDER = "C:\\Program Files\\WSL"
SYSTEM_DISK = f"{FOLDER}\\system.vhd"
MODULES_DISK = f"{FOLDER}\\tools\\modules.vhd"
"""Files that a running virtual machine keeps open: an upgrade at that time loses them at the next restart."""
_MODULES_SINCE = (2, 5)
"""Older packages, whose source is not public, may lack the disk with modules."""

_NAMED_VERSION = re.compile(r"wsl[._-]?(\d+(?:\.\d+){2,3})", re.IGNORECASE)
_VERSION = re.compile(r"\d+(?:\.\d+){2,3}\Z")
_ARCHITECTURES = {"AMD64": "x64", "ARM64": "arm64"}
_DIRECT_SINCE = {19044: 4529, 19045: 4474, 20348: 2582, 22621: 3672, 22631: 3672, 25398: 1009}
_ALWAYS_DIRECT = 26100
_WINDOWS_10 = range(19041, 19046)
_KB5020030 = 2311


@dataclass(frozen=True)
class Package:
    """One package and its folder on the host."""

    source: Source
    version: str | None
    """None if it is not known."""

    @property
    def path(self) -> str:
        """The path on the host: one folder for each version."""
        return f"{PACKAGES}\\{self.version or 'msi'}\\{KEPT_NAME}"

    def __str__(self) -> str:
        return str(self.source)


def version_key(version: str) -> tuple[int, ...]:
    """``2.6.3.0`` and ``2.6.3`` -> (2, 6, 3, 0)."""
    parts = version_text.numbers(version)
    return (*parts, *(0,) * (4 - len(parts)))


def checked_version(version: str) -> str:
    """VERSION with four numbers; raises StepFailed if it is not a version."""
    if not _VERSION.match(version):
        raise StepFailed(f"version: {version!r} is no version of WSL, which looks like 2.6.3 or 2.6.3.0")
    return version_text.dotted(version_key(version))


def msi_version(source: str) -> str | None:
    """The version in the name of a package (``wsl.2.6.3.0.x64.msi``); None if there is none."""
    match = _NAMED_VERSION.search(source.replace("\\", "/").rpartition("/")[2])
    return match.group(1) if match else None


def named_package(source: Source, version: str | None) -> Package:
    """The administrator's package at SOURCE; raises StepFailed if its name contradicts VERSION."""
    named = msi_version(source.where)
    if named and version and version_key(named) != version_key(version):
        raise StepFailed(f"{source} is version {named} by its name, but version: {version} is wanted; correct one")
    return Package(source, version or named)


def released_package(version: str, architecture: str, sha256: str | None, proxy: str | None) -> Package:
    """The package of VERSION as Microsoft publishes it. ARCHITECTURE: as the registry names the processor's."""
    tag = ".".join(version.split(".")[:3])
    processor = _ARCHITECTURES.get(architecture.upper(), "x64")
    return Package(Source(f"{RELEASES}/{tag}/wsl.{version}.{processor}.msi", sha256, proxy), version)


def runs_directly(build: int, ubr: int) -> bool:
    """Whether the wsl.exe of this Windows starts the package itself; older ones start its Store part.

    The Store part cannot be installed from a remote logon. The package ignores this only if the part is not needed.
    Source: microsoft/WSL, src/windows/wslinstall/DllMain.cpp.
    """
    return build >= _ALWAYS_DIRECT or (build in _DIRECT_SINCE and ubr >= _DIRECT_SINCE[build])


def fetches_package(build: int, ubr: int) -> bool:
    """Whether the wsl.exe of this Windows downloads the package; on Windows 10 since KB5020030.

    Before that, ``--update`` succeeds but only installs a kernel; ``--no-distribution`` and ``--web-download`` are
    unknown options.
    """
    return build not in _WINDOWS_10 or ubr >= _KB5020030


def file_lines() -> dict[str, str]:
    """The reads that show whether the package's disks exist."""
    return {"system_disk": cmd_line("dir", ["/b", SYSTEM_DISK]), "modules_disk": cmd_line("dir", ["/b", MODULES_DISK])}


def missing_files(version: str, system_disk: bool, modules_disk: bool) -> tuple[str, ...]:
    """Disks that the package of VERSION should have but lacks."""
    missing = [] if system_disk else [SYSTEM_DISK]
    if not modules_disk and version_key(version) >= _MODULES_SINCE:
        missing.append(MODULES_DISK)
    return tuple(missing)
