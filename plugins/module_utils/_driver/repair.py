# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Remove a Linux driver from a distribution and repair dpkg: what is wrong, and the steps in their order.

This order also works with half-configured kernel modules: first one purge of all drivers, then ``dpkg --configure -a``.
Exit codes are not enough (dpkg may report success and leave ``iHR``), so the states are read again at the end.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dependencies, dpkg, relations
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import (
    carriers,
    installer_log,
    kernel_module,
    loader,
    loader_conf,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import driver_packages, package_names
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


@dataclass(frozen=True)
class State:
    """What was read, without a process."""

    database: dpkg.Database
    drivers: t.Tuple[dpkg.Package, ...]
    """Driver packages of which something is left, even if only configuration files."""
    reasons: t.Mapping[t.Tuple[str, str], str]
    """Key of each of ``drivers`` -> why it is one."""
    strays: t.Tuple[str, ...]
    """Driver files that no package owns: libraries, programs, kernel modules and their sources."""
    shadowed: t.Mapping[str, str]
    """Library name -> path outside WSL's folder that the loader takes."""
    installed: installer_log.Installed | None = None
    """What the log of NVIDIA's .run installer contains."""
    unfound: bool = False
    """WSL has a libcuda.so.1 that the loader does not find."""
    unlisted: bool = False
    """No file of ld.so.conf.d names WSL's folder, and wsl.conf does not forbid it."""
    named: t.Mapping[str, t.Sequence[loader_conf.Named]] = field(default_factory=dict)
    """Path of ``shadowed`` -> where its folder is named in the loader's configuration."""
    copies: t.Tuple[str, ...] = ()
    """Copies of WSL's files that are used instead of them: right now, but wrong after the next Windows driver."""

    @property
    def broken(self) -> t.Tuple[dpkg.Package, ...]:
        """Half-installed packages that are not drivers."""
        drivers = {package.key for package in self.drivers}
        return tuple(package for package in self.database.broken if package.key not in drivers)

    @property
    def unlike(self) -> t.Tuple[dpkg.Package, ...]:
        """Drivers that cannot be known by their names and sources."""
        return tuple(item for item in self.drivers if not driver_packages.why_driver(item.name, item.source))

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to repair."""
        wrong = (self.drivers, self.database.broken, self.database.journal_dirty, self.strays, self.shadowed)
        return not (any(wrong) or self.installed or self.unfound or self.unlisted)


@dataclass(frozen=True)
class Plan:
    """What the repair will do."""

    purge: t.Tuple[str, ...] = ()
    """Drivers, in whatever state."""
    unlike: t.Tuple[str, ...] = ()
    """Those of them that cannot be known by their names, each with the reason."""
    dependents: t.Tuple[str, ...] = ()
    """Packages that need the driver and are removed with it."""
    held: t.Tuple[str, ...] = ()
    """Those of them that are held."""
    mark_manual: t.Tuple[str, ...] = ()
    configure: bool = False
    reinstall: t.Tuple[str, ...] = ()
    clean_journal: bool = False
    strays: t.Tuple[str, ...] = ()
    restore: installer_log.Installed | None = None
    """The .run installer's log, whose old files are restored."""
    list_folder: bool = False
    """Write ld.wsl.conf as WSL would."""
    unlist: t.Tuple[loader_conf.Named, ...] = ()
    """Folders to remove from the loader's configuration."""
    ldconfig: bool = False

    @property
    def packages_change(self) -> bool:
        """Whether apt or dpkg has to run."""
        return bool(self.purge or self.configure or self.reinstall or self.clean_journal)


def observe(system: System) -> State:
    """What is wrong, and what is there."""
    database = dpkg.read_database(system)
    reasons = carriers.drivers(system, database.packages)
    installed = installer_log.read(system)
    ours = set(installer_log.present(system, installed)) if installed else set()
    files = sorted({*loader.driver_files(system), *kernel_module.leftovers(system), *ours})
    owners = loader.owned(system, files) if files else {}
    found = loader.read_picks(system)
    wsl_files = loader.wsl_files(system)
    wsl_conf = system.read_text("/etc/wsl.conf") or ""
    shadowed = loader.shadowed(system, found, wsl_files)
    expected = "libcuda.so.1" in wsl_files and not loader.forbids_configuration(wsl_conf)
    return State(
        database,
        tuple(package for package in database.packages if package.key in reasons),
        reasons,
        tuple(path for path in files if path not in owners),
        shadowed,
        installed,
        expected and "libcuda.so.1" not in found,
        expected and not loader.lists_wsl_folder(system),
        loader.named_for(system, shadowed),
        tuple(loader.copies(system, found)),
    )


def plan(state: State, automatic: t.Collection[str]) -> Plan:
    """The steps for STATE. AUTOMATIC: names that apt regards as installed automatically."""
    database = state.database
    drivers = {package.key for package in state.drivers}
    away = relations.dependents(database.packages, state.drivers) if drivers else []
    gone = drivers | {package.key for package in away}
    keep = {
        package.name
        for package in database.packages
        if package.present and package.name in automatic and _worth_keeping(package.name) and package.key not in gone
    }
    # What a package that stays depends on is safe anyway.
    needed = dependencies.needed_names(
        package.fields for package in database.packages if package.present and package.key not in gone
    )
    left = [package for package in state.broken if package.key not in gone]
    stuck = {package.key for package, _name in relations.unmet(database.packages)}
    return Plan(
        purge=_labels(database, state.drivers),
        unlike=tuple(f"{database.label(package)} {state.reasons[package.key]}" for package in state.unlike),
        dependents=_labels(database, away),
        held=_labels(database, [package for package in away if package.held]),
        mark_manual=tuple(sorted(keep - needed)) if drivers else (),
        # A package without one of its dependencies cannot be configured, neither now nor in the next run.
        configure=any(package.key not in stuck and not package.reinstall for package in left),
        reinstall=_labels(database, [package for package in left if package.reinstall]),
        clean_journal=database.journal_dirty,
        strays=state.strays,
        restore=state.installed,
        list_folder=state.unlisted,
        unlist=tuple(sorted({entry for entries in state.named.values() for entry in entries})),
        ldconfig=bool(state.strays or state.shadowed or drivers or state.installed or state.unfound or state.unlisted),
    )


def _labels(database: dpkg.Database, packages: t.Iterable[dpkg.Package]) -> t.Tuple[str, ...]:
    return tuple(sorted(database.label(package) for package in packages))


def _worth_keeping(name: str) -> bool:
    """What a later autoremove must not remove: the toolkit and the keep-list."""
    return package_names.is_toolkit_package(name) or driver_packages.is_kept(name)


def refusals(steps: Plan) -> t.List[str]:
    """Dependents that must not be removed, in words. Then a person has to decide."""
    kept = [
        f"{name} depends on a driver package and would go with it"
        for name in steps.dependents
        if _worth_keeping(name) and not driver_packages.is_metapackage(name)
    ]
    held = [f"{name} is held and would go with the driver that it needs: apt-mark unhold {name}" for name in steps.held]
    return kept + held


def others(state: State) -> t.List[str]:
    """What is wrong with packages that are not drivers, and that this repair does not fix."""
    label = state.database.label
    half = [f"{label(package)} is {package.code}" for package in state.broken]
    lacking = [
        f"{label(package)} needs {name}, which is not there"
        for package, name in relations.unmet(state.database.packages)
    ]
    return half + lacking


def remaining(state: State) -> t.List[str]:
    """What is left of a driver after a repair, in words."""
    lines = [f"{state.database.label(package)} is still {package.code}" for package in state.drivers]
    lines += [f"{path} is still there" for path in state.strays]
    lines += [f"the loader still takes {text}" for text in loader.told(state.shadowed, state.named)]
    if state.database.journal_dirty:
        lines.append("dpkg is still interrupted")
    if state.installed is not None:
        lines.append(f"{installer_log.LOG} is still there")
    if state.unfound:
        lines.append(f"the loader still does not find {loader.WSL_LIBRARIES}/libcuda.so.1")
    return lines
