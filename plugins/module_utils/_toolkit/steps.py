# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Bring one toolkit to the requested state: observe, plan, check, and finish what is left."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command as apt_command
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import indexes
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import finish, gpu, release
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import host_compiler as toolkit_host_compiler
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import plan as toolkit_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit.plan import Goal, NoPlanError, Options


@dataclass
class Look:
    """One look: what is wanted, what is there, and what has to happen."""

    wanted: Goal
    database: dpkg.Database
    plan: toolkit_plan.Plan
    settling: finish.Settling
    parts: t.Mapping[str, str] = field(default_factory=dict)
    judged: apt_plan.Judgement | None = None
    warnings: t.List[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything has to happen."""
        return self.plan.packages_change or not self.settling.empty


def look(system: System, options: Options, check_mode: bool) -> Look | None:
    """Compare what is there with OPTIONS. Starts no process when a plain version is there as wanted.

    None in check mode if no source shows which toolkit is the newest. Raises Failure, CatalogueError, AptError.
    """
    warnings: t.List[str] = []
    version = catalogue.parse_version(options.version)
    if options.state == "latest" or version.minor is None:
        _fetch(system, check_mode, warnings)
    if version.minor is None:
        minor = _newest_minor(system, version, options.state)
        if minor is None:
            return None
        version = catalogue.Version(version.major, minor)
    wanted = toolkit_plan.desired(version, options)
    database = dpkg.read_database(system)
    parts: t.Mapping[str, str] = {}
    if version.exact and options.present:
        parts = _parts(system, wanted, database, check_mode, warnings)
    plan = toolkit_plan.make_plan(system, wanted, database, dpkg.read_automatic(system), parts)
    found = Look(wanted, database, plan, finish.settle(system, wanted, database, parts), parts, warnings=warnings)
    if plan.packages_change:
        _judge(system, found, check_mode)
    return found


def settle(system: System, found: Look) -> finish.Settling:
    """Do what is left when the packages are as wanted. Returns what that was. Raises Failure."""
    settling = finish.settle(system, found.wanted, dpkg.read_database(system), found.parts)
    for command in settling.commands():
        done = system.run(command)
        if done.code != 0:
            what = " ".join(apt_command.shown(command).split()[:3])
            raise Failure(f"{what} ended with {done.code}: {done.last_line}")
    system_changes.apply(system, settling.files)
    return settling


def diff(found: Look) -> t.List[t.Dict[str, str]]:
    """What changes, in the form of Ansible's diff mode."""
    shown = system_changes.diff(found.settling.files)
    lines = "".join(f"{apt_command.shown(command)}\n" for command in found.settling.commands())
    if lines:
        shown.append(system_changes.listed("settings", "", lines))
    if found.plan.packages_change:
        before, after = toolkit_plan.describe(found.plan, found.judged)
        shown.append(system_changes.listed("packages", before, after))
    return shown


def _fetch(system: System, check_mode: bool, warnings: t.List[str]) -> None:
    problem = "" if check_mode else indexes.bring_up_to_date(system, time.time())
    text = f"{problem}; going on with the indexes that are there"
    if problem and text not in warnings:
        warnings.append(text)


def _newest_minor(system: System, version: catalogue.Version, state: str) -> int | None:
    """The minor number of the newest toolkit of a major version in the sources; None if there is none."""
    if state == "absent":
        raise Failure("version: say which toolkit to remove, such as 12.8; latest is for installing")
    found = release.minors(query.names(system, f"cuda-toolkit-{version.major}-"), version.major)
    return found[-1] if found else None


def _parts(
    system: System, wanted: Goal, database: dpkg.Database, check_mode: bool, warnings: t.List[str]
) -> t.Mapping[str, str]:
    """The packages of the exact release: from the record of an earlier run if it still holds, else from the index."""
    short, exact = wanted.version.short, wanted.version.exact
    noted = finish.read_release(system, short)
    holds = noted.version == exact and all(name in noted.parts for name in wanted.packages)
    if holds and finish.is_complete(noted, database):
        return noted.parts
    _fetch(system, check_mode, warnings)
    names = [
        name
        for name in query.names(system)
        if package_names.belongs_to_version(name, short) or name.startswith(("nsight-compute-2", "nsight-systems-2"))
    ]
    try:
        return release.parts(release.index_of(query.records(system, names)), exact, wanted.packages)
    except Failure as error:
        raise NoPlanError(str(error)) from error


def _judge(system: System, found: Look, check_mode: bool) -> None:
    """Refuse what would do harm, before anything is downloaded; keep apt's version of the plan."""
    plan = found.plan
    if plan.install:
        if found.wanted.options.check_gpu:
            verdict = gpu.judge(gpu.read(system), found.wanted.version.short)
            if verdict.stop:
                raise Failure(f"refused before anything was downloaded: {verdict.stop}")
            found.warnings += [verdict.warning] if verdict.warning else []
        _judge_host(system, found, {})
        _fetch(system, check_mode, found.warnings)
    try:
        found.plan, found.judged = toolkit_plan.judge(system, plan, found.database.packages)
        # Only now it is known which compiler would be installed with it.
        _judge_host(system, found, {action.name: action.new for action in found.judged.installs})
    except NoPlanError as error:
        error = _explained(system, plan, error)
        if not check_mode:
            raise error from None
        # Earlier tasks have not written or repaired anything in check mode, so apt cannot know.
        found.warnings.append(
            f"the plan can be checked only after the source is written and dpkg is repaired; now {error}"
        )


def _judge_host(system: System, found: Look, coming: t.Mapping[str, str]) -> None:
    """Refuse a toolkit that cannot compile here; only warn if the developer has another compiler."""
    if not (found.plan.install and toolkit_host_compiler.compiles(found.wanted.packages)):
        return
    short = found.wanted.version.short
    host = toolkit_host_compiler.host_of(found.database.packages, coming)
    text = toolkit_host_compiler.problem(short, host)
    if text:
        text = toolkit_host_compiler.problem(short, host, toolkit_host_compiler.offered(system))
    if text and found.wanted.options.host_compiler:
        raise Failure(f"refused before anything was downloaded: {text}")
    own = toolkit_host_compiler.compiler(short, host)
    text = text or (f"g++ is newer than CUDA {short} works with: call nvcc with -ccbin {own}" if own else "")
    found.warnings += [text] if text and text not in found.warnings else []


def _explained(system: System, plan: toolkit_plan.Plan, error: NoPlanError) -> NoPlanError:
    """ERROR, or a better one if no source has what was asked for by name."""
    try:
        names = set(query.names(system))
    except query.AptError:  # ERROR says the same
        return error
    unknown = [word.partition("=")[0] for word in plan.install if word.partition("=")[0] not in names]
    if not unknown:
        return error
    held = [f"{major}.{minor}" for major in (12, 13) for minor in release.minors(names, major)]
    return NoPlanError(
        f"refused before anything was downloaded: Unable to locate package {', '.join(unknown)}: no source of this "
        f"distribution contains it; toolkits that are there: {', '.join(held) or 'none'}"
    )
