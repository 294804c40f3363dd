# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Take a Linux driver out of a distribution and mend dpkg: what is wrong, and the steps in their order.

The order is what works on half-configured kernel modules: one purge of the whole set first, ``dpkg --configure -a``
after. Exit codes say little (dpkg reports success and leaves ``iHR``), so that the states are read again at the end.
"""

from __future__ import annotations

import os
import shutil
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt,
    _catalogue,
    _changes,
    _dependencies,
    _dpkg,
    _driver_packages,
    _files,
    _installer_log,
    _kernel_module,
    _loader,
    _loader_conf,
    _run,
    _transaction,
)


@dataclass(frozen=True)
class State:
    """What was read, without a process."""

    database: _dpkg.Database
    drivers: t.Tuple[_dpkg.Package, ...]
    """Driver packages of which anything is left, residual configuration included."""
    strays: t.Tuple[str, ...]
    """Driver files that no package owns: libraries, programs, kernel modules and their sources."""
    shadowed: t.Mapping[str, str]
    """Library name -> path outside WSL's folder that the loader takes."""
    installed: _installer_log.Installed | None = None
    """What NVIDIA's .run installer wrote down."""
    unfound: bool = False
    """WSL brings a libcuda.so.1 that the loader does not find."""
    unlisted: bool = False
    """No file of ld.so.conf.d names WSL's folder, and nobody forbade it."""
    named: t.Mapping[str, t.Sequence[_loader_conf.Named]] = field(default_factory=dict)
    """Path of ``shadowed`` -> what names its folder in the loader's configuration."""
    copies: t.Tuple[str, ...] = ()
    """Copies of WSL's files that are used in their place: right today, stale after the next Windows driver."""

    @property
    def broken(self) -> t.Tuple[_dpkg.Package, ...]:
        """Packages half way that are no driver's."""
        drivers = {package.name for package in self.drivers}
        return tuple(package for package in self.database.broken if package.name not in drivers)

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to repair."""
        wrong = (self.drivers, self.database.broken, self.database.journal_dirty, self.strays, self.shadowed)
        return not (any(wrong) or self.installed or self.unfound or self.unlisted)


@dataclass(frozen=True)
class Plan:
    """What the repair will do."""

    purge: t.Tuple[str, ...] = ()
    force_remove: t.Tuple[str, ...] = ()
    """Drivers killed while they were unpacked: apt cannot remove them, dpkg can."""
    dependents: t.Tuple[str, ...] = ()
    """Packages that cannot stay without the driver and go with it."""
    mark_manual: t.Tuple[str, ...] = ()
    configure: bool = False
    reinstall: t.Tuple[str, ...] = ()
    clean_journal: bool = False
    strays: t.Tuple[str, ...] = ()
    restore: _installer_log.Installed | None = None
    """The .run installer's log, whose old files come back."""
    list_folder: bool = False
    """Write ld.wsl.conf as WSL would."""
    unlist: t.Tuple[_loader_conf.Named, ...] = ()
    """Folders to take out of the loader's configuration."""
    ldconfig: bool = False

    @property
    def packages_change(self) -> bool:
        """Whether apt or dpkg has to run."""
        return bool(self.purge or self.force_remove or self.configure or self.reinstall or self.clean_journal)


def observe(root: str = "") -> State:
    """The state of the system under ROOT."""
    database = _dpkg.read_database(root)
    drivers = tuple(
        package
        for package in database.packages
        if package.left and _driver_packages.why_driver(package.name, package.source)
    )
    installed = _installer_log.read(root)
    ours = set(_installer_log.present(installed, root)) if installed else set()
    files = sorted({*_loader.driver_files(root), *_kernel_module.leftovers(root), *ours})
    owners = _loader.owned(files, root) if files else {}
    found = _loader.read_picks(root)
    wsl_files = _loader.wsl_files(root)
    wsl_conf = _files.read_text(f"{root}/etc/wsl.conf") or ""
    shadowed = _loader.shadowed(found, wsl_files, root)
    expected = "libcuda.so.1" in wsl_files and not _loader.forbids_configuration(wsl_conf)
    return State(
        database,
        drivers,
        tuple(path for path in files if path not in owners),
        shadowed,
        installed,
        expected and "libcuda.so.1" not in found,
        expected and not _loader.lists_wsl_folder(root),
        _loader.named_for(shadowed, root),
        tuple(_loader.copies(found, root)),
    )


def plan(state: State, automatic: t.Collection[str]) -> Plan:
    """The steps for STATE. AUTOMATIC: names that apt holds to be installed automatically."""
    force = tuple(sorted(package.name for package in state.drivers if package.reinstall))
    purge = tuple(sorted(_qualified(package) for package in state.drivers if not package.reinstall))
    names = {package.name for package in state.drivers}
    dependents = tuple(sorted(_dpkg.dependents(state.database.packages, names))) if names else ()
    keep = [
        package.name
        for package in state.database.packages
        if package.present and package.name in automatic and _worth_keeping(package.name)
    ]
    # What another package that stays depends on is safe anyway.
    gone = {*names, *dependents}
    needed = _dependencies.needed_names(
        package.fields for package in state.database.packages if package.present and package.name not in gone
    )
    left = [package for package in state.broken if package.name not in dependents]
    return Plan(
        purge=purge,
        force_remove=force,
        dependents=dependents,
        mark_manual=tuple(sorted(set(keep) - set(dependents) - needed)) if names else (),
        configure=bool(state.database.broken),
        reinstall=tuple(sorted(_qualified(package) for package in left if package.reinstall)),
        clean_journal=state.database.journal_dirty,
        strays=state.strays,
        restore=state.installed,
        list_folder=state.unlisted,
        unlist=tuple(sorted({entry for entries in state.named.values() for entry in entries})),
        ldconfig=bool(state.strays or state.shadowed or names or state.installed or state.unfound or state.unlisted),
    )


def _qualified(package: _dpkg.Package) -> str:
    """The name that apt understands for a package of another architecture."""
    return f"{package.name}:i386" if package.architecture == "i386" else package.name


def _worth_keeping(name: str) -> bool:
    """What a later autoremove by someone else must not take: the toolkit and the keep-list."""
    return _catalogue.is_toolkit_package(name) or _driver_packages.is_kept(name)


def refusals(steps: Plan) -> t.List[str]:
    """Dependents that must not go, in words: then the repair needs a person."""
    return [
        f"{name} depends on a driver package and would go with it"
        for name in steps.dependents
        if _worth_keeping(name) and not _driver_packages.is_metapackage(name)
    ]


def judge_purge(run: _run.Runner, steps: Plan) -> t.List[str]:
    """What apt would remove beyond the plan; empty when nothing. Asks apt only where its answer counts.

    While something needs reinstallation apt answers nothing but that, so the computed dependents have to do.
    """
    if not steps.purge or steps.force_remove or steps.reinstall:
        return []
    judged = _apt.plan_purge(run, steps.purge, {*steps.dependents, *_driver_packages.DEPENDENTS})
    return [reason.text for reason in judged.reasons]


def commands(steps: Plan) -> t.List[t.List[str]]:
    """The apt and dpkg commands, in order. Each one runs even when an earlier one failed."""
    found: t.List[t.List[str]] = []
    if steps.clean_journal:
        # Opens the database for writing, which merges the journal, and changes nothing: apt-get refuses to work before.
        found.append(["sh", "-c", "dpkg --set-selections </dev/null"])
    if steps.mark_manual:
        found.append(["apt-mark", "manual", *steps.mark_manual])
    if steps.force_remove:
        found.append(["dpkg", "--purge", "--force-remove-reinstreq", "--force-depends", *steps.force_remove])
    if steps.purge or (steps.force_remove and steps.dependents):
        found.append(_transaction.apt_get("purge", *steps.purge, *(steps.dependents if steps.force_remove else ())))
    if steps.configure or steps.clean_journal:
        found.append(list(_transaction.CONFIGURE))
    if steps.reinstall:
        found.append(_transaction.apt_get("install", "--reinstall", *steps.reinstall))
    return found


def stray_changes(paths: t.Sequence[str], when: str, root: str = "") -> t.List[_changes.FileChange]:
    """Moves of PATHS into a backup folder of this repair."""
    return [
        _changes.FileChange(
            path,
            b"",
            None,
            f"{_files.BACKUP_ROOT}/{when}{path}",
            shown_before="driver file that no package owns" + _link_note(root + path) + "\n",
            shown_after="(moved)\n",
        )
        for path in paths
    ]


def _link_note(path: str) -> str:
    return f", link to {os.readlink(path)}" if os.path.islink(path) else ""


def undo_installer(installed: _installer_log.Installed, when: str, root: str = "") -> None:
    """Put back what the .run installer had taken away, and move its folder into the backup of this repair.

    Nothing is overwritten, and no file of another driver comes back.
    """
    for kept, path in installed.old_files:
        if os.path.isfile(root + kept) and _may_return(path, root):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            shutil.copy2(root + kept, root + path)
    for target, path in installed.old_links:
        if _may_return(path, root):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)
    _changes.apply(stray_changes([_installer_log.FOLDER], when, root), root)


def _may_return(path: str, root: str) -> bool:
    return not os.path.lexists(root + path) and not _loader.is_driver_file(path)


def list_wsl_folder(root: str = "") -> None:
    """Write what WSL's init writes at every start."""
    _files.write_file(root + _loader.CONFIGURATION, _loader.CONFIGURATION_TEXT)


def describe(steps: Plan) -> t.List[str]:
    """The plan for a person, one step per line."""
    lines = []
    if steps.clean_journal:
        lines.append("mend the journal of an interrupted dpkg")
    if steps.mark_manual:
        lines.append("mark as manually installed: " + " ".join(steps.mark_manual))
    if steps.force_remove:
        lines.append("remove by force: " + " ".join(steps.force_remove))
    if steps.purge:
        lines.append("purge: " + " ".join(steps.purge))
    if steps.dependents:
        lines.append("goes with it: " + " ".join(steps.dependents))
    if steps.configure:
        lines.append("configure what is unpacked")
    if steps.reinstall:
        lines.append("reinstall: " + " ".join(steps.reinstall))
    lines += [f"move away: {path}" for path in steps.strays]
    if steps.restore is not None:
        lines.append(f"undo NVIDIA's .run installer {steps.restore.version}: put its old files back, move its log away")
    lines += [f"take {entry.folder} out of {entry.where}" for entry in steps.unlist]
    if steps.list_folder:
        lines.append(f"write {_loader.CONFIGURATION}")
    if steps.ldconfig:
        lines.append("run ldconfig")
    return lines


def remaining(state: State) -> t.List[str]:
    """What is still wrong after a repair, in words."""
    lines = [f"{package.name} is still {package.code}" for package in (*state.drivers, *state.broken)]
    lines += [f"{path} is still there" for path in state.strays]
    lines += [f"the loader still takes {text}" for text in _loader.told(state.shadowed, state.named)]
    if state.database.journal_dirty:
        lines.append("dpkg is still interrupted")
    if state.installed is not None:
        lines.append(f"{_installer_log.LOG} is still there")
    if state.unfound:
        lines.append(f"the loader still does not find {_loader.WSL_LIBRARIES}/libcuda.so.1")
    return lines
