# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps from the NVIDIA driver of a host to the lowest one that is sufficient. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses, version_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import BY_HAND
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import gpu as preflight_gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import paths, sources
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER

_SOURCE = re.compile(r"(?:https?://|\\\\[^\\]+\\[^\\]+\\).+\Z", re.IGNORECASE)


@dataclass(frozen=True)
class DriverGoal:
    """What is wanted."""

    minimum: str
    """The lowest version that is sufficient, as NVIDIA writes it: ``580.88``."""
    installer: str | None = None
    """Address or UNC path of NVIDIA's installer."""
    sha256: str | None = None


@dataclass(frozen=True)
class InstallDriver:
    """Copy the installer to the host and run it."""

    source: str
    sha256: str
    path: str

    def __str__(self) -> str:
        return f"install the NVIDIA driver from {addresses.masked(self.source)} (silently, without a restart)"


def check_goal(goal: DriverGoal) -> None:
    """Raise StepFailed if GOAL makes no sense, before any host is asked."""
    if not re.match(r"\d{3}(\.\d{1,2})?\Z", goal.minimum):
        raise StepFailed(f"minimum must be a version such as 580.88, not {goal.minimum!r}")
    if goal.installer is None:
        return
    if not _SOURCE.match(goal.installer):
        raise StepFailed(
            f"installer must be an address (https://…) or a share (\\\\server\\share\\…), not"
            f" {addresses.masked(goal.installer)!r}: a package of 800 MB is not sent over WinRM"
        )
    wrong = paths.source_problem(goal.installer)
    if wrong:
        raise StepFailed(f"installer {addresses.masked(goal.installer)!r} {wrong}; nothing was changed")
    if goal.sha256 is None or not sources.is_sha256(goal.sha256):
        raise StepFailed("installer needs sha256, 64 hexadecimal digits: Windows cannot check its signature by itself")


def driver_version(state: HostState) -> str | None:
    """The lowest driver among the GPUs; None without one."""
    return min((gpu.driver_version for gpu in state.gpus), key=version_text.numbers, default=None)


def plan(state: HostState, goal: DriverGoal) -> list[InstallDriver]:
    """The steps from STATE to GOAL; none if the driver is sufficient.

    :raises StepFailed: the hardware is not NVIDIA's or cannot be used in WSL, or there is nothing to install from.
    """
    _refuse_hardware(state)
    installed = driver_version(state)
    if installed is not None and version_text.numbers(installed) >= version_text.numbers(goal.minimum):
        return []
    seen = f"NVIDIA driver {installed} is older than {goal.minimum}" if installed else "there is no NVIDIA driver"
    if goal.installer is None or goal.sha256 is None:
        raise StepFailed(f"{seen}: name installer and sha256, or install {goal.minimum} or later by your own means")
    if not state.elevated and state.here:
        raise StepFailed(
            f"{seen}, and installing one needs an administrator: fetch {addresses.masked(goal.installer)} and"
            f" {BY_HAND}: setup.exe /s /noreboot"
        )
    if not state.elevated:
        raise StepFailed(f"{seen}, and the logon has no administrator rights, which installing one needs")
    path = f"{FOLDER}\\nvidia-{goal.sha256[:12].lower()}\\setup.exe"
    return [InstallDriver(goal.installer, goal.sha256, path)]


def _refuse_hardware(state: HostState) -> None:
    if state.windows.architecture.upper() != "AMD64":
        raise StepFailed(
            f"processor architecture {state.windows.architecture}: there is no NVIDIA driver with CUDA for it"
        )
    if not state.gpus and state.nvidia_hardware is not True:
        told = "no NVIDIA device" if state.nvidia_hardware is False else "not whether there is an NVIDIA device"
        raise StepFailed(f"the host shows {told}: an NVIDIA driver is not installed on foreign hardware")
    # In TCC mode according to nvidia-smi or, if that was not run, to the registry, which is enough here.
    useless = bool(state.gpus) and all(map(preflight_gpu.computes_only, state.gpus))
    for verdict in (preflight_gpu.driver_model(state), preflight_gpu.compute_capability(state, Needs())):
        if verdict.level == "stop" or (useless and verdict.id == "driver_model"):
            raise StepFailed(f"{verdict.seen}: {verdict.remedy}")
