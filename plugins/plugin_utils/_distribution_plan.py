# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""From the distributions that an account has and the one that it should have to the steps between them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed

INSTALL_NAME_SINCE = (2, 4, 4)
"""``--install`` knows ``--name``, ``--location`` and ``--from-file`` from here on."""


@dataclass(frozen=True)
class DistributionState:
    """What was observed: the account's distribution of that name, and whether it runs."""

    wsl_version: tuple[int, ...] | None
    found: Distribution | None
    running: bool
    profile: str
    """The account's profile folder, for the place of an imported distribution."""
    missing_features: tuple[str, ...] = ()
    """Features of Windows without which no WSL 2 distribution can start."""


@dataclass(frozen=True)
class DistributionGoal:
    """What is wanted."""

    name: str
    state: str = "present"
    distribution_id: str | None = None
    source: str | None = None
    sha256: str | None = None
    location: str | None = None
    default: bool | None = None
    version: int = 2
    force: bool = False


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
    """Import a root file system; SOURCE is an address or a path on the controller."""

    name: str
    source: str
    sha256: str | None
    location: str
    version: int

    def __str__(self) -> str:
        return f"import {self.source} as distribution {self.name} into {self.location} (wsl.exe --import)"


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
class Unregister:
    """Delete the distribution with everything in it."""

    name: str

    def __str__(self) -> str:
        return f"delete distribution {self.name} and everything in it (wsl.exe --unregister)"


Step = t.Union[InstallOnline, Import, Convert, MakeDefault, Unregister]


def plan(state: DistributionState, goal: DistributionGoal, assume_wsl: bool = False) -> list[Step]:
    """The steps from STATE to GOAL; none when nothing is to be done.

    :arg assume_wsl: plan as if WSL were there and in effect; for check mode, where nothing was installed before.
    :raises StepFailed: it cannot or must not be done; nothing was changed.
    """
    if goal.state == "absent":
        return _absent(state, goal)
    steps = _present(state, goal)
    if steps and not assume_wsl:
        _refuse_without_wsl(state, goal)
    return steps


def _absent(state: DistributionState, goal: DistributionGoal) -> list[Step]:
    if state.found is None:
        return []
    if not goal.force:
        raise StepFailed(
            f"distribution {goal.name} was not deleted: everything in it would be lost; set force=true if that is meant"
        )
    return [Unregister(state.found.name)]


def _present(state: DistributionState, goal: DistributionGoal) -> list[Step]:
    if state.found is None:
        default: list[Step] = [MakeDefault(goal.name)] if goal.default else []
        return [_creation(state, goal), *default]
    if state.found.state != "installed":
        raise StepFailed(
            f"distribution {goal.name} is {state.found.state}: wait until that has ended; if nothing is under way,"
            " delete it with state=absent and force=true, and run again"
        )
    steps: list[Step] = []
    if state.found.version != goal.version:
        steps.append(Convert(state.found.name, goal.version))
    if goal.default and not state.found.default:
        steps.append(MakeDefault(state.found.name))
    return steps


def _creation(state: DistributionState, goal: DistributionGoal) -> Step:
    if goal.source:
        location = goal.location or f"{state.profile}\\AppData\\Local\\wsl\\{goal.name}"
        return Import(goal.name, goal.source, goal.sha256, location, goal.version)
    wanted = goal.distribution_id or goal.name
    renamed = wanted != goal.name or goal.location is not None
    if renamed and state.wsl_version is not None and state.wsl_version < INSTALL_NAME_SINCE:
        raise StepFailed(
            f"WSL {'.'.join(map(str, state.wsl_version))} cannot install {wanted} under another name or place:"
            " update WSL to 2.4.4 or later, or import it from a file (source)"
        )
    return InstallOnline(wanted, goal.name, goal.location, goal.version)


def _refuse_without_wsl(state: DistributionState, goal: DistributionGoal) -> None:
    if state.wsl_version is None:
        raise StepFailed(f"distribution {goal.name} cannot be made: WSL is not installed; use the module wsl first")
    if state.missing_features and goal.version == 2:
        raise StepFailed(
            f"distribution {goal.name} cannot be made yet: {', '.join(state.missing_features)} is not in effect;"
            " restart the host and run again"
        )
