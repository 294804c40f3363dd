# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""From the WSL that a host has and the one that it should have to the steps between them. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_files import FOLDER

MINIMUM_VERSION = (2, 0)
"""Older packages cannot be used from a remote logon; they are upgraded first."""
VIRTUAL_MACHINE_PLATFORM = "VirtualMachinePlatform"
SUBSYSTEM = "Microsoft-Windows-Subsystem-Linux"
_WINDOWS_11 = 22000
_VFPEXT_SINCE = 22621
_MSI_MINIMUM_BUILD = 19041
_MSI_VERSION = re.compile(r"wsl[._-]?(\d+(?:\.\d+){2,3})", re.IGNORECASE)


@dataclass(frozen=True)
class WslState:
    """What was observed."""

    build: int
    version: str | None
    services: dict[str, bool]
    elevated: bool
    allowed: bool
    running: tuple[str, ...] | None = None
    """Programs that show that someone's WSL runs; None when it was not looked at."""
    enabled_features: tuple[str, ...] = ()
    """Features that are enabled and only wait for a restart."""


@dataclass(frozen=True)
class WslGoal:
    """What is wanted."""

    state: str = "present"
    method: str = "auto"
    msi: str | None = None
    msi_sha256: str | None = None
    allow_running: bool = False

    @property
    def uses_msi(self) -> bool:
        """Install from the MSI package: asked for, or ``auto`` and there is one."""
        return self.method == "msi" or (self.method == "auto" and self.msi is not None)


@dataclass(frozen=True)
class EnableFeature:
    """Enable an optional feature of Windows."""

    name: str
    all_parents: bool

    def __str__(self) -> str:
        return f"enable the Windows feature {self.name} (dism.exe)"


@dataclass(frozen=True)
class InstallOnline:
    """Let the wsl.exe of Windows fetch and install WSL, as NVIDIA's guide says."""

    def __str__(self) -> str:
        return "install WSL (wsl.exe --install --no-distribution)"


@dataclass(frozen=True)
class InstallMsi:
    """Install or upgrade from the MSI package of an administrator."""

    source: str
    sha256: str | None
    path: str
    """Where the package is kept on the host: always called wsl.msi, the only name it can be repaired from."""

    def __str__(self) -> str:
        return f"install WSL from {self.source} (msiexec.exe, kept as {self.path})"


@dataclass(frozen=True)
class UpdateOnline:
    """Ask Microsoft for a newer WSL and install it when there is one."""

    def __str__(self) -> str:
        return "update WSL when there is a newer one (wsl.exe --update)"


Step = t.Union[EnableFeature, InstallOnline, InstallMsi, UpdateOnline]


@dataclass(frozen=True)
class WslPlan:
    """Steps in order; DEFERRED says why a wished upgrade is left out this time."""

    steps: tuple[Step, ...]
    deferred: str = ""


def version_key(version: str) -> tuple[int, ...]:
    """``2.6.3.0`` -> (2, 6, 3, 0)."""
    return tuple(int(part) for part in version.split("."))


def msi_version(source: str) -> str | None:
    """The version in the name of an MSI package (``wsl.2.6.3.0.x64.msi``); None when the name holds none."""
    match = _MSI_VERSION.search(source.replace("\\", "/").rpartition("/")[2])
    return match.group(1) if match else None


def missing_features(build: int, services: dict[str, bool]) -> list[str]:
    """The optional features that WSL 2 needs and whose services are not there yet.

    A service shows up only after the restart that follows the feature.
    """
    needed = ["hns", "vmcompute"] + (["vfpext"] if build >= _VFPEXT_SINCE else [])
    missing = [] if all(services.get(name) for name in needed) else [VIRTUAL_MACHINE_PLATFORM]
    if build < _WINDOWS_11 and not services.get("LxssManager"):
        missing.insert(0, SUBSYSTEM)
    return missing


def plan(state: WslState, goal: WslGoal) -> WslPlan:
    """The steps from STATE to GOAL; none when nothing is to be done.

    :raises StepFailed: this host may not or cannot have WSL; nothing was changed.
    """
    features = [name for name in missing_features(state.build, state.services) if name not in state.enabled_features]
    steps: list[Step] = [EnableFeature(name, all_parents=state.build < _WINDOWS_11) for name in features]
    package, deferred = _package(state, goal)
    steps += package
    if steps:
        _refuse_impossible(state)
    return WslPlan(tuple(steps), deferred)


def _package(state: WslState, goal: WslGoal) -> tuple[list[Step], str]:
    if state.version is None:
        return [_msi(goal) if goal.uses_msi else InstallOnline()], ""
    outdated = version_key(state.version) < MINIMUM_VERSION
    if not outdated and not _upgrade_wanted(state.version, goal):
        return [], ""
    if state.running and not goal.allow_running:
        reason = (
            f"WSL {state.version} was not upgraded: {', '.join(state.running)} runs, and an upgrade would end"
            " someone's work; run again later or set allow_running"
        )
        if outdated:
            raise StepFailed(reason)
        return [], reason
    return [_msi(goal) if goal.uses_msi else UpdateOnline()], ""


def _upgrade_wanted(installed: str, goal: WslGoal) -> bool:
    if goal.state != "latest":
        return False
    if not goal.uses_msi or goal.msi is None:
        return True
    offered = msi_version(goal.msi)
    if offered is None:
        raise StepFailed(
            f"the name of {goal.msi} tells no version, so that it cannot be compared with the installed {installed};"
            " keep the name it was published under, for example wsl.2.6.3.0.x64.msi"
        )
    return version_key(offered) > version_key(installed)


def _msi(goal: WslGoal) -> InstallMsi:
    if goal.msi is None:
        raise StepFailed("method=msi needs msi: the address or the controller's path of the MSI package of WSL")
    folder = msi_version(goal.msi) or "msi"
    return InstallMsi(goal.msi, goal.msi_sha256, f"{FOLDER}\\{folder}\\wsl.msi")


def _refuse_impossible(state: WslState) -> None:
    if not state.allowed:
        raise StepFailed("a policy of the organisation forbids WSL (HKLM\\SOFTWARE\\Policies\\WSL AllowWSL is 0)")
    if state.build < _MSI_MINIMUM_BUILD:
        raise StepFailed(f"Windows build {state.build} is too old for WSL 2: update to Windows 10 21H2 or Windows 11")
    if not state.elevated:
        raise StepFailed(
            "the logon has no administrator rights, which installing WSL needs: connect with a domain administrator"
            " of this host, or set LocalAccountTokenFilterPolicy to 1 for a local account"
        )
