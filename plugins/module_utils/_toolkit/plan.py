# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""One version of the CUDA toolkit: what is there, what is missing, how it is installed or removed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg, query, uninstallable, versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan as apt_plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import space
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import host_compiler as toolkit_host_compiler
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import removal


class NoPlanError(Failure):
    """apt itself found no plan, so there is nothing to check."""


@dataclass(frozen=True)
class Options:
    """What the caller asked for, as written."""

    version: str
    components: t.Tuple[str, ...]
    host_compiler: bool = True
    state: str = "present"
    """present, latest or absent."""
    others: str = "keep"
    """keep or remove: what happens to toolkits of other versions."""
    hold: bool | None = None
    default: bool = False
    allow_downgrade: bool = False
    check_gpu: bool = True

    @property
    def present(self) -> bool:
        """Whether the toolkit is wanted."""
        return self.state != "absent"


@dataclass(frozen=True)
class Goal:
    """What the caller asked for, with a minor number."""

    version: catalogue.Version
    packages: t.Tuple[str, ...]
    """Of the components; empty for the absent state."""
    options: Options


@dataclass(frozen=True)
class Plan:
    """What apt has to do. Nothing if ``install`` and ``purge`` are empty."""

    install: t.Tuple[str, ...] = ()
    """Names, with ``=version`` for an exact release."""
    purge: t.Tuple[str, ...] = ()
    unhold: t.Tuple[str, ...] = ()
    """Held packages that change."""
    automatic: t.Tuple[str, ...] = ()
    """Of the installed ones, those that were not asked for by name."""
    downgrade: bool = False
    upgrade: bool = False
    """Whether the installation may turn out to change nothing."""

    @property
    def packages_change(self) -> bool:
        """Whether apt has to run."""
        return bool(self.install or self.purge)


def desired(version: catalogue.Version, asked: Options) -> Goal:
    """What was ASKED, for VERSION with a minor number. Raises CatalogueError for components that it does not have."""
    names = package_names.package_names(version.exact or version.short, asked.components)
    return Goal(version, tuple(names) if asked.present else (), asked)


def make_plan(
    system: System,
    wanted: Goal,
    database: dpkg.Database,
    automatic: t.Collection[str] = (),
    parts: t.Mapping[str, str] | None = None,
) -> Plan:
    """Compare WANTED with the package DATABASE and the files, without a process.

    AUTOMATIC: names that apt installed as dependencies. PARTS: package -> version of an exact release, if one is
    wanted. Raises Failure for a downgrade that is not allowed.
    """
    asked = wanted.options
    if not asked.present:
        gone = removal.of_versions(database, automatic, [wanted.version.short])
        return Plan(purge=gone, unhold=_held(database, gone))
    others = [item for item in removal.installed_versions(database) if item != wanted.version.short]
    purge = removal.of_versions(database, automatic, others) if asked.others == "remove" else ()
    compiler = ["g++"] if asked.host_compiler and not toolkit_host_compiler.is_there(system) else []
    plan = _exact(wanted, database, parts, compiler) if parts else _newest(wanted, database, automatic, compiler)
    return replace(plan, purge=purge, unhold=tuple(sorted({*plan.unhold, *_held(database, purge)})))


def _newest(wanted: Goal, database: dpkg.Database, automatic: t.Collection[str], compiler: t.Sequence[str]) -> Plan:
    missing = [name for name in wanted.packages if not database.installed(name)]
    if wanted.options.state != "latest":
        return Plan(install=(*missing, *compiler))
    mine = [
        item.name
        for item in database.packages
        if item.installed
        and item.name not in wanted.packages
        and package_names.belongs_to_version(item.name, wanted.version.short)
    ]
    names = (*wanted.packages, *mine, *compiler)
    marked = tuple(name for name in mine if name in automatic)
    return Plan(names, unhold=_held(database, names), automatic=marked, upgrade=not missing and not compiler)


def _exact(wanted: Goal, database: dpkg.Database, parts: t.Mapping[str, str], compiler: t.Sequence[str]) -> Plan:
    there = {item.name: item.version for item in database.packages if item.present}
    fine = {item.name for item in database.packages if item.installed and parts.get(item.name) == item.version}
    change = [name for name in sorted(parts) if name not in fine]
    newer = [name for name in change if name in there and versions.compare(there[name], parts[name]) > 0]
    if newer and not wanted.options.allow_downgrade:
        name = newer[0]
        raise Failure(
            f"{name} {there[name]} is installed, newer than the {parts[name]} of toolkit {wanted.version.exact}; set "
            "allow_downgrade to go back"
        )
    return Plan(
        install=(*(f"{name}={parts[name]}" for name in change), *compiler),
        unhold=_held(database, change),
        automatic=tuple(name for name in change if name not in wanted.packages),
        downgrade=bool(newer),
    )


def _held(database: dpkg.Database, names: t.Collection[str]) -> t.Tuple[str, ...]:
    return tuple(item.name for item in database.packages if item.name in names and item.held)


def judge(system: System, steps: Plan, installed: t.Sequence[dpkg.Package] = ()) -> t.Tuple[Plan, apt_plan.Judgement]:
    """STEPS without the purge of what the new packages need, and what apt would do for them.

    Raises Failure if that is refused, or the disk is too small.
    """
    judged = apt_plan.Judgement((), (), ())
    # Held packages that change are released first; a simulation pretends that they are.
    held = ["--allow-change-held-packages"] if steps.unhold else []
    if steps.install:
        asked = query.plan_install(system, steps.install, [*options(steps), *held], installed=installed)
        judged = _accepted(system, steps.install, asked, installed)
        # No installed package needs the parts that the new toolkit shares with the old one.
        steps = replace(steps, purge=tuple(name for name in steps.purge if name not in judged.needs))
    if steps.purge:
        gone = _accepted(system, steps.purge, query.plan_purge(system, steps.purge, options=held))
        judged = replace(judged, removes=(*judged.removes, *gone.removes))
    space.check(system, judged.needed_bytes)
    if steps.upgrade and not judged.installs:
        steps = Plan(purge=steps.purge, unhold=steps.unhold if steps.purge else ())
    return steps, judged


def _accepted(
    system: System, words: t.Sequence[str], judged: apt_plan.Judgement, installed: t.Sequence[dpkg.Package] = ()
) -> apt_plan.Judgement:
    """JUDGED if it is allowed. Raises Failure with the reason, NoPlanError when apt itself found no way."""
    if judged.allowed:
        return judged
    start = f"refused before anything was downloaded: {' '.join(words[:3])}"
    if any(reason.package for reason in judged.reasons):
        raise Failure(f"{start}: {judged.why}")
    try:
        missing = uninstallable.missing(system, words)
    except query.AptError:  # JUDGED says the same
        missing = {}
    lost = uninstallable.explain(
        missing, toolkit_host_compiler.fitting(toolkit_host_compiler.host_of(installed), (12, 5))
    )
    if lost:
        raise Failure(f"{start}: {lost}")
    raise NoPlanError(f"{start}: {judged.why}")


def options(steps: Plan) -> t.List[str]:
    """What apt must be allowed for STEPS."""
    return ["--allow-downgrades"] if steps.downgrade else []


def commands(steps: Plan, interrupted: bool) -> t.List[t.List[str]]:
    """The commands of the transaction: an interrupted dpkg is repaired first, the old toolkit is removed last."""
    found: t.List[t.List[str]] = []
    if interrupted:
        found.append(list(command.CONFIGURE))
    if steps.unhold:
        found.append(command.mark("unhold", *steps.unhold))
    if steps.install:
        found.append(command.install(*steps.install, options=options(steps)))
    if steps.automatic:
        found.append(command.mark("auto", *steps.automatic))
    if steps.purge:
        found.append(command.purge(*steps.purge))
    return found


def describe(steps: Plan, judged: apt_plan.Judgement | None) -> t.Tuple[str, str]:
    """Before and after for a diff: the packages that are removed and installed."""
    gone = [action.name for action in judged.removes] if judged else list(steps.purge)
    come = [f"{action.name} {action.new}" for action in judged.installs] if judged else list(steps.install)
    if judged:
        gone += [f"{action.name} {action.old}" for action in judged.installs if action.old]
    return "".join(f"{name}\n" for name in gone), "".join(f"{name}\n" for name in come)
