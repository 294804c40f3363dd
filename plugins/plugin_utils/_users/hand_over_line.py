# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The line that the task of a developer runs to import a distribution, and its files. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.plan import location, user_commands
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.keys import LXSS_USER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users import tasks
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._users.developer import Developer
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import sources
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import REG, SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import inside
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.command import SET_UTF8, later_wsl_line


@dataclass(frozen=True)
class Place(tasks.Place):
    """The folder and the tasks of a hand-over of the distribution called NAME."""

    FOLDER_PREFIX = "handover-"
    RESULTS = ("log", "done")
    FILES = (*tasks.Place.FILES, "image.*", "identity.txt")

    def image(self, disk: bool) -> str:
        """The image; wsl.exe knows its kind by the extension."""
        return f"{self.folder}\\image.{'vhdx' if disk else 'tar'}"

    def task(self, sid: str, at_logon: bool = False) -> str:
        """Name of the task of SID that runs now, or of the one that waits for a logon."""
        return f"{super().task(sid)}{'-at-logon' if at_logon else ''}"


def is_disk(goal: DistributionGoal) -> bool:
    """Whether the image is a virtual disk."""
    return bool(goal.source) and sources.is_virtual_disk(goal.source or "")


def mark(profile: str, name: str) -> str:
    """The file in the folder PROFILE that exists while our import of the distribution NAME runs."""
    return f"{profile}\\AppData\\Local\\wsl\\{name}.wslfleet-import"


def developer_line(developer: Developer, goal: DistributionGoal, executable: str) -> str:
    """The line of the task of DEVELOPER, for cmd.exe; its output and outcome are written to the result files.

    An existing distribution of that name is not changed. At the end the distribution is stopped, because WSL keeps the
    rights of the process that started it.
    """
    place, name = Place(goal.name), goal.name
    target, own = location(developer.profile, goal), mark(developer.profile, name)
    log, done = (place.result(developer.sid, stem) for stem in Place.RESULTS)

    def wsl(*args: str) -> str:
        return later_wsl_line(executable, args)

    vhd = ["--vhd"] if is_disk(goal) else []
    image = place.image(is_disk(goal))
    steps = [f"({_give_up_own(own, name, target, wsl)}||ver)", f'echo begun>"{own}"']
    steps.append(wsl("--import", name, target, image, "--version", "2", *vhd))
    if goal.default_user:
        known, made, grouped = (wsl(*inside(name, command)) for command in user_commands(goal.default_user))
        steps += [f"({known}||{made})", f"({grouped}||ver)"]
        steps.append(wsl("--manage", name, "--set-default-user", goal.default_user))
    if goal.default:
        steps.append(wsl("--set-default", name))
    parents = dict.fromkeys(path.rpartition("\\")[0] for path in (own, target))
    folders, ends = [f'md "{parent}"&' for parent in parents], f'del /f /q "{own}"&{wsl("--terminate", name)}'
    return (
        f'{SET_UTF8}{"".join(folders)}({"&&".join(steps)})>"{log}" 2>&1'
        f'&&({ends}&echo ok>"{done}")||({ends}&echo failed>"{done}")'
    )


def _give_up_own(own: str, name: str, target: str, wsl: t.Callable[..., str]) -> str:
    """The line that unregisters an unfinished import of ours, after a power failure for example, and nothing else.

    The user's task checks all of it itself: our mark OWN exists, NAME is still being installed, and the folder TARGET
    is registered.
    """
    findstr = f"{SYSTEM32}\\findstr.exe"
    named = cmd_line(findstr, ["/i", "/l", f"/c: {name} "])
    installing = cmd_line(findstr, ["/l", "/c: Installing "])
    in_place = cmd_line(REG, ["query", f"HKCU\\{LXSS_USER}", "/s", "/f", target])
    listed = f"{wsl('--list', '--verbose')}|{named}|{installing}"
    return f"{cmd_line('dir', ['/b', own])}&&{listed}&&{in_place}&&{wsl('--unregister', name)}"
