# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Install NVIDIA's container toolkit in a distribution: observe, plan, apply, one look at a time."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import follow as apt_follow
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import configuration, runtimes
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import engines as containers_engines
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import packages as containers_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import report as containers_report
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import rootless as containers_rootless
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import source as containers_source
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers.report import Report, Request
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import indexes, legacy_keys, trial
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import backups
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def look(system: System, request: Request) -> Report:
    """One look: attach to what runs, else do what is missing. Raises Failure."""
    containers_packages.check(request.version, request.minimum)
    seen = containers_engines.observe(system)
    choice = containers_engines.choose(request.engines, seen)
    report = Report(engines=choice.serve, desktop=seen.desktop, notes=list(choice.notes))
    if seen.desktop and not choice.serve:
        return report
    rootless = containers_rootless.users(request.rootless, choice.serve)
    # An unreadable file is found before anything changes.
    runtimes.unconfigured(system, choice.serve if not rootless else ())
    containers_rootless.unconfigured(system, rootless)
    if not request.check_mode and follow(system, request, report):
        return report
    database = dpkg.read_database(system)
    suits = containers_packages.suits(database, choice.serve, request.version, request.minimum)
    listed = _bring_source(system, request, report, suits)
    try:
        deb_version = "" if suits else _deb_version(system, request, listed)
        plan = _plan(system, request, report, choice, database, deb_version)
    except query.AptError as error:
        if not (request.check_mode and report.changes):
            raise
        report.notes.append(f"the plan can be judged only once the broken sources are out; now {error}")
        return report
    report.version = plan.version
    if plan.install and not _install(system, request, report, plan, database, listed):
        return report
    configuration.bring_specification(system, request, report)
    if rootless:
        configuration.serve_rootless(system, request, report, rootless)
    configuration.configure(
        system, request, report, [engine for engine in choice.serve if engine != "docker" or not rootless]
    )
    return report


def follow(system: System, request: Request, report: Report) -> bool:
    """Attach to a running transaction; returns whether it still runs. Marks what has ended as reported. Raises
    Failure."""
    seen = apt_follow.earlier(system, containers_report.PURPOSE, request.follow, request.wait, report.notes.append)
    if seen.running is not None:
        report.changed, report.transaction = True, seen.running
        return True
    for ended in seen.ended:
        if ended.exit_code == 0:
            report.changed, report.transaction = True, ended
    return False


def _bring_source(system: System, request: Request, report: Report, suits: bool) -> str:
    """Remove old lists and keys, and write the source. SUITS: the installed packages are as wanted.

    Returns the Packages file if it was fetched to test the source, else an empty text.
    """
    wanted = request.source
    current = containers_source.is_current(system, wanted)
    keyring, listed = b"", ""
    if not current:
        keyring, listed = trial.fetched(system, wanted)
        if not suits:
            # Before anything changes: the source may be too old for what was asked.
            available = containers_packages.versions_in(listed)
            containers_packages.pick(available, request.version, request.minimum)
    state = legacy_keys.observe(system, [wanted.fingerprint])
    changes = list(containers_source.plan_legacy(state, wanted, backups.stamp()))
    if not current:
        changes += containers_source.plan(system, wanted, keyring)
    if changes:
        trial.check_sources(system, changes)
    report.add(changes)
    report.changed = report.changed or not current
    if not request.check_mode:
        system_changes.apply(system, changes)
        if not current:
            trial.refresh(system, wanted)
    return listed


def _deb_version(system: System, request: Request, listed: str) -> str:
    """The version to install, from the Packages file LISTED or else from apt's indexes."""
    text = listed or query.ask(system, command.cache("show", containers_packages.BASE)).stdout
    return containers_packages.pick(containers_packages.versions_in(text), request.version, request.minimum)


def _plan(
    system: System,
    request: Request,
    report: Report,
    choice: containers_engines.Choice,
    database: dpkg.Database,
    deb_version: str,
) -> containers_packages.Plan:
    """What apt has to do. Old indexes are fetched again before an engine is installed."""
    if choice.install and not request.check_mode:
        reason = indexes.bring_up_to_date(system, time.time())
        report.notes += [reason] if reason else []
    engines = [name for engine in choice.install for name in containers_packages.engine_packages(system, engine)]
    return containers_packages.make_plan(database, choice.serve, deb_version, engines)


def _install(
    system: System,
    request: Request,
    report: Report,
    plan: containers_packages.Plan,
    database: dpkg.Database,
    listed: str,
) -> bool:
    """Judge, then run the transaction; returns whether it has ended. Raises Failure."""
    report.changed = True
    if request.check_mode and (listed or database.broken or report.changes):
        report.packages = ("", "".join(f"{name}\n" for name in plan.install))
        report.notes.append("the plan can be checked only after the source is written and dpkg is repaired")
        return True
    judged = containers_packages.judge(system, plan, database)
    report.packages = (
        "".join(f"{action.name}\n" for action in judged.removes),
        "".join(f"{action.name} {action.new}\n" for action in judged.installs),
    )
    if request.check_mode:
        return True
    return run_packages(system, request, report, containers_packages.commands(plan, database.interrupted))


def run_packages(system: System, request: Request, report: Report, commands: t.Sequence[t.Sequence[str]]) -> bool:
    """Run COMMANDS in a transaction, and wait as long as a look may; returns whether it has ended. Raises Failure."""
    report.transaction = apt_follow.begin(system, containers_report.PURPOSE, commands, request.wait)
    return not report.transaction.running
