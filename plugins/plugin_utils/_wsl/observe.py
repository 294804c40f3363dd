# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read what a plan for WSL needs to know of a host: one WinRS command, more only if something is not as wanted."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import accounts, keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import disks as host_disks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import state as host_state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import windows as host_windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import wsl as host_wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import registered_to
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.pending_reboot import pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.wsl import Wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, is_here
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import dism
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    Reads,
    read,
    read_groups,
    registry_query,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import package
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.features import missing_features
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.plan import MINIMUM_VERSION
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.state import WslState

INSTALLER_IN_PROGRESS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\InProgress"
_RUNNING = ("vmmemwsl", "wslhost.exe", "wsl.exe")


def observe(runner: CommandRunner, goal: WslGoal) -> WslState:
    """Read what a plan to GOAL needs.

    One WinRS command if there is nothing to do. A second one asks dism.exe if services are missing, who runs WSL if it
    is damaged or too old, and who has distributions if it is to be removed.
    """
    reads = read(runner, _lines(goal))
    windows, wsl = host_windows.windows(reads.registry), host_wsl.wsl(reads)
    damaged = _damaged(reads, wsl)
    missing = missing_features(windows.build, wsl.services, goal.method == "inbox") if goal.state != "absent" else []
    return WslState(
        build=windows.build,
        ubr=windows.ubr,
        architecture=windows.architecture,
        version=wsl.version,
        product_code=reads.registry.text(keys.LXSS_MSI, "ProductCode"),
        services=wsl.services,
        elevated=reads.succeeded("elevated"),
        here=is_here(runner),
        allowed=wsl.allowed,
        running=_running(runner, reads, wsl, damaged),
        enabled_features=tuple(name for name in missing if dism.enabled_or_pending(runner, name)),
        damaged_files=damaged,
        distributions=_distributions(runner, reads) if goal.state == "absent" and wsl.version else (),
        executable=wsl.executable,
        installing=reads.succeeded("installing"),
    )


def _lines(goal: WslGoal) -> dict[str, str]:
    lines = {
        **q.windows(),
        **q.services(),
        **q.wsl(),
        **q.pending_reboot(),
        **package.file_lines(),
        "installing": registry_query(INSTALLER_IN_PROGRESS),
    }
    if goal.state == "absent":
        lines.update({**q.own_distributions(), **q.users()})
    if goal.state != "present" or goal.version:
        lines.update(q.processes())
    return lines


def _damaged(reads: Reads, wsl: Wsl) -> tuple[str, ...]:
    """Files of the package that are missing, or that the next restart would delete."""
    if wsl.version is None:
        return ()
    missing: tuple[str, ...] = ()
    if wsl.executable.lower().startswith(package.FOLDER.lower() + "\\"):
        missing = package.missing_files(wsl.version, reads.succeeded("system_disk"), reads.succeeded("modules_disk"))
    return tuple(dict.fromkeys((*missing, *pending_reboot(reads).wsl_files)))


def _running(runner: CommandRunner, reads: Reads, wsl: Wsl, damaged: tuple[str, ...]) -> tuple[str, ...] | None:
    """Who runs WSL; None if it does not matter."""
    if "processes" in reads.parts:
        return running_programs(reads.output("processes"))
    outdated = wsl.version is not None and package.version_key(wsl.version) < MINIMUM_VERSION
    return running_now(runner) if outdated or damaged else None


def running_now(runner: CommandRunner) -> tuple[str, ...]:
    """The programs that show that someone's WSL runs, in one WinRS command."""
    return running_programs(read(runner, q.processes()).output("processes"))


def running_programs(tasklist: bytes) -> tuple[str, ...]:
    """The programs in ``tasklist /fo csv /nh`` that show that someone's WSL runs, each once."""
    names = [line.partition('","')[0].strip('"') for line in tasklist.decode("utf-8", "replace").splitlines()]
    return tuple(dict.fromkeys(name for name in names if name.lower() in _RUNNING))


def _distributions(runner: CommandRunner, reads: Reads) -> tuple[str, ...]:
    """All distributions that would be without WSL: ``NAME of USER``; of profiles that are not loaded their disks."""
    users = accounts.users(reads)
    own = next((user.name for user in users if user.connected), "the connecting account")
    found = [f"{entry.name} of {own}" for entry in host_state.own_distributions(reads.registry)]
    others = [user for user in users if not user.connected]
    told = read_groups(runner, [_lines_of(user) for user in others])
    for user in others:
        if user.loaded:
            found += [f"{entry.name} of {user.name}" for entry in registered_to(told.registry, user.sid)]
        elif user.problem:
            found.append(f"whatever {user.name} has ({user.problem})")
        else:
            disks = host_disks.profile_disks(told, user.sid) or []
            found += [f"the disk {disk.path} of {user.name}" for disk in disks]
    return tuple(found)


def _lines_of(user: accounts.User) -> dict[str, str]:
    """The reads for the distributions of USER: the registry, or disks if that cannot be read."""
    return q.distributions_of(user.sid) if user.loaded else host_disks.profile_lines(user.profile, user.sid)
