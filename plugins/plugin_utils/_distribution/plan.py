# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""From the distributions that an account has and the one that it should have to the steps between them. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import addresses
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.queries import SUBSYSTEM
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import paths, sources
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE

INSTALL_NAME_SINCE = (2, 4, 4)
"""``--install`` knows ``--name``, ``--location`` and ``--from-file`` from here on."""
EXPORT_FORMAT_SINCE = (2, 5, 8)
"""``--export`` is known to have ``--format`` from here on; when it came is not published."""
VHD_SINCE = (2, 7, 0)
"""``--import --vhd`` takes ``.vhd`` besides ``.vhdx`` from here on."""
WSL1_SERVICE = "LxssManager"

_LINUX_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}\Z")


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
    executable: str = EXECUTABLE
    """wsl.exe of the package, where the MSI put it."""
    manifest: str | None = None
    """Address of the organisation's list of distributions, None for Microsoft's."""
    wsl1: bool = False
    """The feature of WSL 1 is in effect, which a conversion needs in either direction."""
    exported: bool = False
    """The file to export to exists."""


@dataclass(frozen=True)
class DistributionGoal:
    """What is wanted."""

    name: str
    state: str = "present"
    distribution_id: str | None = None
    manifest: str | None = None
    source: str | None = None
    sha256: str | None = None
    location: str | None = None
    default: bool | None = None
    default_user: str | None = None
    version: int = 2
    path: str | None = None
    format: str = "tar"
    force: bool = False
    stop_running: bool = False
    windows_user: list[str] | None = None
    from_distribution: str | None = None
    on_battery: bool = True


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


def check(goal: DistributionGoal) -> None:
    """Raise StepFailed for a goal that no host can reach; nothing was asked of any host yet."""
    name = goal.name
    if goal.sha256 and not sources.is_sha256(goal.sha256):
        raise StepFailed(f"distribution {name}: sha256 {goal.sha256!r} is no SHA-256: 64 hexadecimal digits")
    judged = (("location", goal.location), ("path", goal.path), ("source", goal.source))
    for option, path in judged:
        judge = paths.source_problem if option == "source" else paths.problem
        wrong = judge(path) if path else ""
        if wrong:
            raise StepFailed(f"distribution {name}: {option} {path!r} {wrong}; nothing was changed")
    if goal.default_user is not None and not _LINUX_USER.match(goal.default_user):
        raise StepFailed(
            f"distribution {name}: {goal.default_user!r} cannot be a Linux user: lower-case letters, digits, _ and -,"
            " at most 32, no digit first"
        )
    if goal.source and sources.is_virtual_disk(goal.source) and goal.version == 1:
        raise StepFailed(f"distribution {name}: a virtual disk can only be imported as WSL 2; set version=2")
    exposed = addresses.exposed("source", goal.source, goal.sha256)
    if exposed:
        raise StepFailed(f"distribution {name}: {exposed}")
    if goal.manifest:
        _check_manifest(name, goal.manifest)
    if goal.state == "exported":
        _check_export(goal)


def _check_manifest(name: str, manifest: str) -> None:
    """It names files and their digests, so that it must come unchanged; and everybody on the host may read it."""
    if not manifest.lower().startswith(("https://", "file://")):
        raise StepFailed(
            f"distribution {name}: manifest {addresses.masked(manifest)} must be an https or file address: nothing"
            " vouches for what comes by http"
        )
    if addresses.holds_credentials(manifest):
        raise StepFailed(
            f"distribution {name}: manifest {addresses.masked(manifest)} must not hold a password or a query: Windows"
            " keeps the address where every user can read it"
        )


def _check_export(goal: DistributionGoal) -> None:
    if not goal.path or not sources.is_host_path(goal.path):
        raise StepFailed(f"distribution {goal.name}: state=exported needs path, a file such as C:\\images\\x.tar")
    if goal.path.lower().endswith(".vhdx") != (goal.format == "vhdx"):
        raise StepFailed(
            f"distribution {goal.name}: path {goal.path} and format={goal.format} contradict each other:"
            " .vhdx goes with vhdx and with nothing else"
        )


def plan(state: DistributionState, goal: DistributionGoal, assume_wsl: bool = False) -> list[Step]:
    """The steps from STATE to GOAL; none when nothing is to be done.

    :arg assume_wsl: plan as if WSL were there and in effect; for check mode, where nothing was installed before.
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
    return [Unregister(state.found.name)]


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
    return [Export(state.found.name, goal.path or "", goal.format, known)]


def _present(state: DistributionState, goal: DistributionGoal) -> list[Step]:
    steps: list[Step] = []
    found = state.found
    if found is not None and found.state == "installing":
        steps.append(RemoveUnfinished(found.name))
        found = None
    if found is None:
        if goal.manifest and goal.manifest != state.manifest:
            steps.append(SetManifest(goal.manifest))
        steps.append(_creation(state, goal))
        steps += [MakeDefault(goal.name)] if goal.default else []
        steps += [SetDefaultUser(goal.name, goal.default_user, stop=True)] if goal.default_user else []
        return steps
    return _adjustments(state, found, goal)


def _adjustments(state: DistributionState, found: Distribution, goal: DistributionGoal) -> list[Step]:
    """What a distribution that is there still lacks."""
    _refuse_unless_installed(found, goal)
    steps: list[Step] = []
    if goal.manifest and goal.manifest != state.manifest:
        steps.append(SetManifest(goal.manifest))
    if found.version != goal.version:
        steps.append(_conversion(state, found, goal))
    if goal.default and not found.default:
        steps.append(MakeDefault(found.name))
    if goal.default_user and found.default_uid == 0:
        steps.append(SetDefaultUser(found.name, goal.default_user, stop=not state.running))
    return steps


def _conversion(state: DistributionState, found: Distribution, goal: DistributionGoal) -> Convert:
    if not state.wsl1:
        raise StepFailed(
            f"distribution {found.name} was not converted to WSL {goal.version}: WSL needs the Windows feature"
            f" {SUBSYSTEM} for that; enable it (dism.exe /Online /Enable-Feature), restart, and run again"
        )
    _refuse_while_running(state, goal, "converted")
    return Convert(found.name, goal.version)


def _refuse_unless_installed(found: Distribution, goal: DistributionGoal) -> None:
    if found.state != "installed":
        raise StepFailed(
            f"distribution {goal.name} is {found.state}: wait until that has ended and run again; if nothing is under"
            " way, restart the host first"
        )


def _refuse_while_running(state: DistributionState, goal: DistributionGoal, what: str) -> None:
    """Somebody works in it: exporting, converting and deleting would end that without a word."""
    if state.running and not goal.stop_running:
        raise StepFailed(
            f"distribution {goal.name} was not {what}: it is running, and everything in it would be stopped;"
            " set stop_running=true if that is meant"
        )


def location(profile: str, goal: DistributionGoal) -> str:
    """The folder of a distribution that is imported for the user whose PROFILE folder this is."""
    return goal.location or f"{profile}\\AppData\\Local\\wsl\\{goal.name}"


def user_commands(user: str) -> tuple[list[str], list[str], list[str]]:
    """Three commands of Linux: whether it knows USER, making USER, and letting USER be root by sudo.

    The first prints the number of USER; the last fails where there is no group sudo.
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
        return Import(goal.name, goal.source, goal.sha256, location(state.profile, goal), goal.version)
    wanted = goal.distribution_id or goal.name
    renamed = wanted != goal.name or goal.location is not None
    if renamed and state.wsl_version is not None and state.wsl_version < INSTALL_NAME_SINCE:
        raise StepFailed(
            f"WSL {'.'.join(map(str, state.wsl_version))} cannot install {wanted} under another name or place:"
            " update WSL to 2.4.4 or later, or import it from a file (source)"
        )
    return InstallOnline(wanted, goal.name, goal.location, goal.version)


_VERBS = {"absent": "deleted", "exported": "exported"}


def inbox_only(name: str, verb: str) -> StepFailed:
    """The failure of whatever is to be VERB on a host that has only the WSL of Windows itself.

    Its wsl.exe knows neither the options nor the encoding that everything here is built on.
    """
    return StepFailed(
        f"distribution {name} cannot be {verb}: only the WSL of Windows itself is there; install the package with the"
        " module wsl first (msi, version or online), every distribution stays registered"
    )


def refuse_without_wsl(state: DistributionState, goal: DistributionGoal, verb: str) -> None:
    """Raise StepFailed where WSL is not there or not in effect, so that nothing can be VERB ("made")."""
    if state.wsl_version is None and state.wsl1:
        raise inbox_only(goal.name, verb)
    if state.wsl_version is None:
        raise StepFailed(f"distribution {goal.name} cannot be {verb}: WSL is not installed; use the module wsl first")
    if state.missing_features and goal.version == 2 and goal.state != "absent":
        raise StepFailed(
            f"distribution {goal.name} cannot be {verb} yet: {', '.join(state.missing_features)} is not in effect;"
            " restart the host and run again"
        )
