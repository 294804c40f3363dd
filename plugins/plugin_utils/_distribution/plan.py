# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps from an account's distributions to the wanted one. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.queries import SUBSYSTEM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE

INSTALL_NAME_SINCE = (2, 4, 4)
"""The first version of ``--install`` with ``--name``, ``--location`` and ``--from-file``."""
EXPORT_FORMAT_SINCE = (2, 5, 8)
"""A version of ``--export`` that is known to have ``--format``; the first one is not published."""
VHD_SINCE = (2, 7, 0)
"""The first version of ``--import --vhd`` that accepts ``.vhd`` too, not only ``.vhdx``."""
WSL1_SERVICE = "LxssManager"


@dataclass(frozen=True)
class DistributionState:
    """What was observed: the account's distribution of that name, and whether it runs."""

    wsl_version: tuple[int, ...] | None
    found: Distribution | None
    running: bool
    profile: str
    """The account's profile folder, for the folder of an imported distribution."""
    missing_features: tuple[str, ...] = ()
    """Features of Windows without which no WSL 2 distribution can start."""
    executable: str = EXECUTABLE
    """wsl.exe of the package, in the folder of the MSI."""
    manifest: str | None = None
    """Address of the organisation's list of distributions, None for Microsoft's."""
    wsl1: bool = False
    """The feature of WSL 1 is in effect, which a conversion needs in either direction."""
    exported: bool = False
    """The file to export to exists."""


def plan(state: DistributionState, goal: DistributionGoal, assume_wsl: bool = False) -> list[Step]:
    """The steps from STATE to GOAL; none if there is nothing to do.

    :arg assume_wsl: plan as if WSL were installed and in effect; for check mode, where earlier steps install nothing.
    :raises StepFailed: it cannot or must not be done; nothing was changed.
    """
    if goal.state == "absent":
        steps: list[Step] = _absent(state, goal)
    else:
        steps = _exported(state, goal) if goal.state == "exported" else _present(state, goal)
    if steps and not assume_wsl:
        refuse_without_wsl(state, goal, _VERBS.get(goal.state, "made" if state.found is None else "changed"))
    return steps


def _absent(state: DistributionState, goal: DistributionGoal) -> list[Step]:
    if state.found is None:
        return []
    if not goal.force:
        raise StepFailed(
            f"distribution {goal.name} was not deleted: everything in it would be lost; set force=true if that is meant"
        )
    _refuse_while_running(state, goal, "deleted")
    return [step.Unregister(state.found.name)]


def _exported(state: DistributionState, goal: DistributionGoal) -> list[Step]:
    if state.exported:
        return []
    if state.found is None:
        raise StepFailed(f"distribution {goal.name} was not exported: this account has none of that name")
    _refuse_unless_installed(state.found, goal)
    _refuse_while_running(state, goal, "exported")
    known = state.wsl_version is not None and state.wsl_version >= EXPORT_FORMAT_SINCE
    if goal.format == "tar.gz" and not known:
        raise StepFailed(
            f"distribution {goal.name} was not exported: this WSL cannot write tar.gz; update WSL to 2.5.8 or later,"
            " or set format=tar"
        )
    return [step.Export(state.found.name, goal.path or "", goal.format)]


def _present(state: DistributionState, goal: DistributionGoal) -> list[Step]:
    steps: list[Step] = []
    found = state.found
    if found is not None and found.state == "installing":
        steps.append(step.RemoveUnfinished(found.name))
        found = None
    if found is None:
        if goal.manifest and goal.manifest != state.manifest:
            steps.append(step.SetManifest(goal.manifest))
        steps.append(_creation(state, goal))
        steps += [step.MakeDefault(goal.name)] if goal.default else []
        steps += [step.SetDefaultUser(goal.name, goal.default_user, stop=True)] if goal.default_user else []
        return steps
    return _adjustments(state, found, goal)


def _adjustments(state: DistributionState, found: Distribution, goal: DistributionGoal) -> list[Step]:
    """The steps that an existing distribution still needs."""
    _refuse_unless_installed(found, goal)
    steps: list[Step] = []
    if goal.manifest and goal.manifest != state.manifest:
        steps.append(step.SetManifest(goal.manifest))
    if found.version != goal.version:
        steps.append(_conversion(state, found, goal))
    if goal.default and not found.default:
        steps.append(step.MakeDefault(found.name))
    if goal.default_user and found.default_uid == 0:
        steps.append(step.SetDefaultUser(found.name, goal.default_user, stop=not state.running))
    return steps


def _conversion(state: DistributionState, found: Distribution, goal: DistributionGoal) -> step.Convert:
    if not state.wsl1:
        raise StepFailed(
            f"distribution {found.name} was not converted to WSL {goal.version}: WSL needs the Windows feature"
            f" {SUBSYSTEM} for that; enable it (dism.exe /Online /Enable-Feature), restart, and run again"
        )
    _refuse_while_running(state, goal, "converted")
    return step.Convert(found.name, goal.version)


def _refuse_unless_installed(found: Distribution, goal: DistributionGoal) -> None:
    if found.state != "installed":
        raise StepFailed(
            f"distribution {goal.name} is {found.state}: wait until that has ended and run again; if nothing is under"
            " way, restart the host first"
        )


def _refuse_while_running(state: DistributionState, goal: DistributionGoal, what: str) -> None:
    """A running distribution is in use: exporting, converting and deleting would end that without warning."""
    if state.running and not goal.stop_running:
        raise StepFailed(
            f"distribution {goal.name} was not {what}: it is running, and everything in it would be stopped;"
            " set stop_running=true if that is meant"
        )


def location(profile: str, goal: DistributionGoal) -> str:
    """The folder of a distribution that is imported for the user with the folder PROFILE."""
    return goal.location or f"{profile}\\AppData\\Local\\wsl\\{goal.name}"


def user_commands(user: str) -> tuple[list[str], list[str], list[str]]:
    """Three commands of Linux: whether it knows USER, making USER, and letting USER be root by sudo.

    The first prints the number of USER; the last fails if there is no group sudo.
    """
    return (
        ["/usr/bin/id", "-u", user],
        ["/usr/sbin/useradd", "--create-home", "--shell", "/bin/bash", user],
        ["/usr/sbin/usermod", "--append", "--groups", "sudo", user],
    )


def _creation(state: DistributionState, goal: DistributionGoal) -> Step:
    if goal.source:
        if goal.source.lower().endswith(".vhd") and (state.wsl_version or VHD_SINCE) < VHD_SINCE:
            raise StepFailed(f"{goal.source} cannot be imported by this WSL: use a .vhdx, or update WSL to 2.7.0")
        return step.Import(goal.name, goal.source, goal.sha256, location(state.profile, goal), goal.version)
    wanted = goal.distribution_id or goal.name
    renamed = wanted != goal.name or goal.location is not None
    if renamed and state.wsl_version is not None and state.wsl_version < INSTALL_NAME_SINCE:
        raise StepFailed(
            f"WSL {version_text.dotted(state.wsl_version)} cannot install {wanted} under another name or place:"
            " update WSL to 2.4.4 or later, or import it from a file (source)"
        )
    return step.InstallOnline(wanted, goal.name, goal.location, goal.version)


_VERBS = {"absent": "deleted", "exported": "exported"}


def inbox_only(name: str, verb: str) -> StepFailed:
    """The error if something is to be VERB ("made") on a host that has only the WSL of Windows itself.

    Its wsl.exe has neither the options nor the encoding that this collection needs.
    """
    return StepFailed(
        f"distribution {name} cannot be {verb}: there is only the WSL of Windows itself; install the package with the"
        " module wsl first (msi, version or online), every distribution stays registered"
    )


def refuse_without_wsl(state: DistributionState, goal: DistributionGoal, verb: str) -> None:
    """Raise StepFailed if WSL is not installed or not in effect, so nothing can be VERB ("made")."""
    if state.wsl_version is None and state.wsl1:
        raise inbox_only(goal.name, verb)
    if state.wsl_version is None:
        raise StepFailed(f"distribution {goal.name} cannot be {verb}: WSL is not installed; use the module wsl first")
    if state.missing_features and goal.version == 2 and goal.state != "absent":
        raise StepFailed(
            f"distribution {goal.name} cannot be {verb} yet: {', '.join(state.missing_features)} is not in effect;"
            " restart the host and run again"
        )
