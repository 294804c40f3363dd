# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Remove NVIDIA's container toolkit: our entries, its packages, the specification, the source. Engines stay."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import (
    cdi,
    configuration,
    engines,
    packages,
    rootless,
    runtime_removal,
    source,
    steps,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._containers import report as containers_report
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def look(system: System, request: containers_report.Request) -> containers_report.Report:
    """One look: attach to what runs, else remove what is left. Raises Failure.

    The runtime is removed from the engines before its program, and the source is removed last, so that the next run
    finds and completes an interrupted removal.
    """
    seen = engines.observe(system)
    report = containers_report.Report(engines=seen.engines, desktop=seen.desktop)
    if not request.check_mode and steps.follow(system, request, report):
        return report
    removal = runtime_removal.plan_removal(system, rootless.plan_removal)
    names = present(dpkg.read_database(system))
    purge = query.purge(system, names) if names else []
    report.notes += removal.notes
    report.add(removal.changes)
    if not request.check_mode:
        system_changes.apply(system, removal.changes)
        for engine in removal.engines:
            configuration.reread(system, report, engine)
    if names:
        report.changed = True
        report.packages = ("".join(f"{name}\n" for name in names), "")
        if not request.check_mode and not steps.run_packages(system, request, report, [purge]):
            return report
    changes, notes = cdi.plan_removal(system)
    changes = [*changes, *source.plan_absent(system)]
    report.notes += notes
    report.add(changes)
    if not request.check_mode:
        system_changes.apply(system, changes)
    return report


def present(database: dpkg.Database) -> t.List[str]:
    """The packages of the toolkit of which something is left, even if only configuration files."""
    left = {package.name for package in database.packages if package.left}
    return [name for name in packages.PACKAGES if name in left]
