# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Bring one toolkit to the state that was asked for: look, plan, judge, and settle what is left."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt,
    _apt_command,
    _apt_plan,
    _catalogue,
    _changes,
    _dpkg,
    _gpu,
    _host_compiler,
    _indexes,
    _release,
    _run,
    _settle,
    _space,
    _toolkit,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import Desired, NoPlanError, ToolkitError


@dataclass(frozen=True)
class Options:
    """What the caller asked for, as he wrote it."""

    version: str
    components: t.Tuple[str, ...]
    host_compiler: bool = True
    state: str = "present"
    others: str = "keep"
    hold: bool | None = None
    default: bool = False
    allow_downgrade: bool = False
    check_gpu: bool = True


@dataclass
class Look:
    """One look: what is wanted, what is there, and what has to happen."""

    wanted: Desired
    database: _dpkg.Database
    plan: _toolkit.Plan
    settling: _settle.Settling
    parts: t.Mapping[str, str] = field(default_factory=dict)
    judged: _apt_plan.Judgement | None = None
    warnings: t.List[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything has to happen."""
        return self.plan.packages_change or not self.settling.empty


def look(run: _run.Runner, options: Options, check_mode: bool) -> Look | None:
    """Compare what is there with OPTIONS. Starts no process when a plain version is there as wanted.

    None in check mode when no source tells which toolkit is the newest. Raises ToolkitError, CatalogueError, AptError.
    """
    warnings: t.List[str] = []
    version = _catalogue.parse_version(options.version)
    if options.state == "latest" or version.minor is None:
        _fetch(run, check_mode, warnings)
    if version.minor is None:
        minor = _newest_minor(run, version, options)
        if minor is None:
            return None
        version = _catalogue.Version(version.major, minor)
    wanted = _toolkit.desired(
        version,
        options.components,
        options.host_compiler,
        state=options.state,
        others=options.others,
        allow_downgrade=options.allow_downgrade,
    )
    database = _toolkit.read()
    parts: t.Mapping[str, str] = {}
    if version.exact and wanted.present:
        parts = _parts(run, wanted, database, check_mode, warnings)
    plan = _toolkit.make_plan(wanted, database, _toolkit.automatic(), parts)
    found = Look(wanted, database, plan, _settling(options, wanted, database, parts), parts, warnings=warnings)
    if plan.packages_change:
        _judge(run, found, options, check_mode)
    return found


def settle(run: _run.Runner, options: Options, found: Look) -> _settle.Settling:
    """Do what is left once the packages are as wanted; what it was. Raises ToolkitError."""
    settling = _settling(options, found.wanted, _toolkit.read(), found.parts)
    for command in settling.commands():
        done = run(command)
        if done.code != 0:
            what = " ".join(_apt_command.shown(command).split()[:3])
            raise ToolkitError(f"{what} ended with {done.code}: {done.last_line}")
    _changes.apply(settling.files)
    return settling


def diff(found: Look) -> t.List[t.Dict[str, str]]:
    """What changes, in the form of Ansible's diff mode."""
    shown = _changes.diff(found.settling.files)
    lines = "".join(f"{_apt_command.shown(command)}\n" for command in found.settling.commands())
    if lines:
        shown.append(_changes.listed("settings", "", lines))
    if found.plan.packages_change:
        before, after = _toolkit.describe(found.plan, found.judged)
        shown.append(_changes.listed("packages", before, after))
    return shown


def _settling(
    options: Options, wanted: Desired, database: _dpkg.Database, parts: t.Mapping[str, str]
) -> _settle.Settling:
    if not wanted.present:
        return _settle.settle_absent(wanted.version.short, database)
    return _settle.settle(wanted.version, database, options.hold, options.default, parts)


def _fetch(run: _run.Runner, check_mode: bool, warnings: t.List[str]) -> None:
    problem = "" if check_mode else _indexes.bring_up_to_date(run, time.time())
    text = f"{problem}; going on with the indexes that are there"
    if problem and text not in warnings:
        warnings.append(text)


def _newest_minor(run: _run.Runner, version: _catalogue.Version, options: Options) -> int | None:
    """The minor number of the newest toolkit of a major version that a source holds; to remove, that is there."""
    if options.state == "absent":
        raise ToolkitError("version: say which toolkit to remove, such as 12.8; latest is for installing")
    found = _release.minors(_apt.names(run, f"cuda-toolkit-{version.major}-"), version.major)
    return found[-1] if found else None


def _parts(
    run: _run.Runner, wanted: Desired, database: _dpkg.Database, check_mode: bool, warnings: t.List[str]
) -> t.Mapping[str, str]:
    """What the exact release is made of: from the note of an earlier run while it holds, else from the index."""
    short, exact = wanted.version.short, wanted.version.exact
    noted = _settle.read_release(short)
    holds = noted.version == exact and all(name in noted.parts for name in wanted.packages)
    if holds and _settle.is_complete(noted, database):
        return noted.parts
    _fetch(run, check_mode, warnings)
    names = [
        name
        for name in _apt.names(run)
        if _catalogue.belongs_to_version(name, short) or name.startswith(("nsight-compute-2", "nsight-systems-2"))
    ]
    try:
        return _release.parts(_release.index_of(_apt.records(run, names)), exact, wanted.packages)
    except _release.ReleaseError as error:
        raise NoPlanError(str(error)) from error


def _judge(run: _run.Runner, found: Look, options: Options, check_mode: bool) -> None:
    """Refuse what would do harm, before anything is downloaded; keep what apt makes of the plan."""
    plan = found.plan
    if plan.install:
        if options.check_gpu:
            verdict = _gpu.judge(_gpu.read(run), found.wanted.version.short)
            if verdict.stop:
                raise ToolkitError(f"refused before anything was downloaded: {verdict.stop}")
            found.warnings += [verdict.warning] if verdict.warning else []
        _judge_host(run, found, options, {})
        _fetch(run, check_mode, found.warnings)
    try:
        found.plan, found.judged = _toolkit.judge(run, plan, _space.free_bytes(), found.database.packages)
        # Only now it is known which compiler would come along.
        _judge_host(run, found, options, {action.name: action.new for action in found.judged.installs})
    except NoPlanError as error:
        error = _explained(run, plan, error)
        if not check_mode:
            raise error from None
        # What earlier tasks would have written or mended is not there, so apt cannot know.
        found.warnings.append(f"the plan can be judged only once the source is written and dpkg is mended; now {error}")


def _judge_host(run: _run.Runner, found: Look, options: Options, coming: t.Mapping[str, str]) -> None:
    """Refuse a toolkit that cannot compile here; only tell it to somebody who brings a compiler of his own."""
    if not (found.plan.install and _host_compiler.compiles(found.wanted.packages)):
        return
    short = found.wanted.version.short
    host = _host_compiler.host_of(found.database.packages, coming)
    text = _host_compiler.problem(short, host)
    if text:
        text = _host_compiler.problem(short, host, _compilers(run))
    if text and options.host_compiler:
        raise ToolkitError(f"refused before anything was downloaded: {text}")
    own = _host_compiler.compiler(short, host)
    text = text or (f"g++ is newer than CUDA {short} works with: call nvcc with -ccbin {own}" if own else "")
    found.warnings += [text] if text and text not in found.warnings else []


def _compilers(run: _run.Runner) -> t.List[str]:
    """The host compilers that the sources hold; none where apt cannot tell, which the plan says afterwards."""
    try:
        return _apt.names(run, "g++-")
    except _apt.AptError:
        return []


def _explained(run: _run.Runner, plan: _toolkit.Plan, error: NoPlanError) -> NoPlanError:
    """ERROR, or a better one when a source is missing what was asked for by name."""
    try:
        names = set(_apt.names(run))
    except _apt.AptError:  # ERROR says the same
        return error
    unknown = [word.partition("=")[0] for word in plan.install if word.partition("=")[0] not in names]
    if not unknown:
        return error
    held = [f"{major}.{minor}" for major in (12, 13) for minor in _release.minors(names, major)]
    return NoPlanError(
        f"refused before anything was downloaded: Unable to locate package {', '.join(unknown)}: no source of this "
        f"distribution holds it; toolkits that are there: {', '.join(held) or 'none'}"
    )
