# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps from the WSL of a host to the wanted one. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import BY_HAND
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import features as wsl_features
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import package as wsl_package
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import step as wsl_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.state import WslState

MINIMUM_VERSION = (2, 0)
"""Older packages cannot be used from a remote logon; they are upgraded first."""
_MSI_MINIMUM_BUILD = 19041


@dataclass(frozen=True)
class WslPlan:
    """Steps in order; DEFERRED says why a wanted change is not made this time."""

    steps: tuple[Step, ...]
    deferred: str = ""


def plan(state: WslState, goal: WslGoal) -> WslPlan:
    """The steps from STATE to GOAL; none if there is nothing to do.

    :raises StepFailed: this host may not or cannot have WSL; nothing was changed.
    """
    goal.check()
    if goal.state == "absent":
        steps, deferred = _removal(state, goal)
    else:
        features = wsl_features.missing_features(state.build, state.services, goal.method == "inbox")
        package, deferred = _package(state, goal)
        steps = [
            wsl_step.EnableFeature(name, all_parents=state.build < wsl_features.WINDOWS_11)
            for name in features
            if name not in state.enabled_features
        ]
        steps += package
        if steps:
            _refuse_impossible(state)
    if steps and not state.elevated and state.here:
        what = "; ".join(map(str, steps))
        commands = " & ".join(step.by_hand for step in steps)
        raise StepFailed(f"administrator rights are missing for this ({what}): {BY_HAND}: {commands}")
    if steps and not state.elevated:
        raise StepFailed(
            "the logon has no administrator rights, which installing WSL needs: connect with a domain administrator"
            " of this host, or set LocalAccountTokenFilterPolicy to 1 for a local account"
        )
    return WslPlan(tuple(steps), deferred)


def _package(state: WslState, goal: WslGoal) -> tuple[list[Step], str]:
    """The steps about the package, and why they are put off."""
    if goal.method == "inbox":
        return [], ""
    package = goal.package(state.architecture)
    if state.version is None:
        return [_first(state, goal, package)], ""
    if not _change_wanted(state.version, goal, package):
        if not state.damaged_files:
            return [], ""
        what = (
            f"WSL {state.version} was not repaired, although {', '.join(state.damaged_files)} is missing or lost soon"
        )
        repair = wsl_step.RepairMsi(goal.package_of(state.version, state.architecture))
        return _unless_running(state, goal, repair, what)
    if package is None:
        step: Step = wsl_step.UpdateOnline(web_download=goal.method == "web_download")
    else:
        step = wsl_step.InstallMsi(package, _skip_msix(state, goal))
    return _unless_running(state, goal, step, f"WSL {state.version} was not changed")


def _first(state: WslState, goal: WslGoal, package: wsl_package.Package | None) -> Step:
    if package is not None:
        return wsl_step.InstallMsi(package, _skip_msix(state, goal))
    if not wsl_package.fetches_package(state.build, state.ubr):
        raise StepFailed(
            f"the wsl.exe of Windows build {state.build}.{state.ubr} cannot fetch the package of WSL, which came with"
            " KB5020030: name the package (msi, or version: 2.6.3 to take it from github.com/microsoft/WSL), or install"
            " the updates of Windows first; distributions of the WSL of Windows itself are kept"
        )
    web_download = goal.method == "web_download"
    return wsl_step.InstallOnline(web_download, inbox=state.inbox, fall_back=goal.method == "auto")


def _skip_msix(state: WslState, goal: WslGoal) -> bool:
    return goal.skip_msix if goal.skip_msix is not None else not wsl_package.runs_directly(state.build, state.ubr)


def _change_wanted(installed: str, goal: WslGoal, package: wsl_package.Package | None) -> bool:
    """Whether INSTALLED is to be replaced; raises StepFailed for a downgrade that was not allowed."""
    outdated = wsl_package.version_key(installed) < MINIMUM_VERSION
    if goal.version:
        if wsl_package.version_key(installed) > wsl_package.version_key(goal.version) and not goal.allow_downgrade:
            raise StepFailed(
                f"WSL {installed} is installed, which is newer than version: {goal.version}; set allow_downgrade: true"
                " to go back, or another version"
            )
        return wsl_package.version_key(installed) != wsl_package.version_key(goal.version)
    if goal.state != "latest":
        return outdated
    if package is None:
        return True
    if package.version is None:
        raise StepFailed(
            f"the name of {package} contains no version, so it cannot be compared with the installed {installed};"
            " keep the name it was published under, for example wsl.2.6.3.0.x64.msi, or set version"
        )
    return wsl_package.version_key(package.version) > wsl_package.version_key(installed)


def _unless_running(state: WslState, goal: WslGoal, step: Step, what: str) -> tuple[list[Step], str]:
    """STEP after a step that stops everyone's WSL, if that is allowed; otherwise no step and the reason."""
    if not state.running and not state.here:
        return [step], ""
    if goal.allow_running and not state.here:
        return [wsl_step.StopWsl(), step], ""
    reason = (
        f"{what} from inside WSL, which that would end: {BY_HAND}: {step.by_hand}"
        if state.here
        else f"{what}: {', '.join(state.running or ())} runs, and going on would end someone's work; run again later or"
        " set allow_running"
    )
    if (
        state.version
        and wsl_package.version_key(state.version) < MINIMUM_VERSION
        and not isinstance(step, wsl_step.RemoveMsi)
    ):
        raise StepFailed(reason)
    return [], reason


def _removal(state: WslState, goal: WslGoal) -> tuple[list[Step], str]:
    if state.version is None:
        return [], ""
    if state.distributions and not goal.force:
        raise StepFailed(
            f"WSL was not removed, distributions need it: {', '.join(state.distributions)}; remove them first, or set"
            " force: true, which keeps their disks but leaves them unusable until WSL is installed again"
        )
    if state.product_code is None:
        raise StepFailed(
            "the registry names no product code of WSL (HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Lxss\\MSI):"
            " remove WSL by hand"
        )
    return _unless_running(state, goal, wsl_step.RemoveMsi(state.product_code), f"WSL {state.version} was not removed")


def _refuse_impossible(state: WslState) -> None:
    if not state.allowed:
        raise StepFailed("a policy of the organisation forbids WSL (HKLM\\SOFTWARE\\Policies\\WSL AllowWSL is 0)")
    if state.build < _MSI_MINIMUM_BUILD:
        raise StepFailed(f"Windows build {state.build} is too old for WSL 2: update to Windows 10 21H2 or Windows 11")
