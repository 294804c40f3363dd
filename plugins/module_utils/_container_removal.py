# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Take NVIDIA's container toolkit out again: own entries, its packages, the specification, the source. Engines stay."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils import (
    _apt,
    _apt_command,
    _cdi,
    _changes,
    _container_source,
    _container_toolkit,
    _container_work,
    _dpkg,
    _engines,
    _rootless,
    _run,
    _runtimes,
    _toolkit,
    _transaction,
)


def look(run: _run.Runner, request: _container_work.Request) -> _container_work.Report:
    """One look: attach to what runs, else take out what is left. Raises one of ERRORS of _container_work.

    The engines forget the runtime before its program goes, and the source goes last, so that an interrupted removal
    is found and ended by the next one.
    """
    seen = _engines.observe()
    report = _container_work.Report(engines=seen.engines, desktop=seen.desktop)
    if not request.check_mode and _container_work.follow(request, report):
        return report
    removal = _runtimes.plan_removal(_rootless.plan_removal)
    names = present(_toolkit.read())
    judge(run, names)
    report.notes += removal.notes
    report.add(removal.changes)
    if not request.check_mode:
        _changes.apply(removal.changes)
        for engine in removal.engines:
            _container_work.reread(run, report, engine)
    if names and not _purge(request, report, names):
        return report
    changes, notes = _cdi.plan_removal()
    changes = [*changes, *_container_source.plan_absent()]
    report.notes += notes
    report.add(changes)
    if not request.check_mode:
        _changes.apply(changes)
    return report


def present(database: _dpkg.Database) -> t.List[str]:
    """The packages of the toolkit of which anything is left, configuration files included."""
    left = {package.name for package in database.packages if package.left}
    return [name for name in _container_toolkit.PACKAGES if name in left]


def judge(run: _run.Runner, names: t.Sequence[str]) -> None:
    """Refuse when others would go with NAMES. Raises ContainerToolkitError."""
    why = _apt.plan_purge(run, names, ()).why if names else ""
    if why:
        raise _container_toolkit.ContainerToolkitError(
            f"refused, nothing was changed: purging {' '.join(names)}: {why}; remove those first"
        )


def _purge(request: _container_work.Request, report: _container_work.Report, names: t.Sequence[str]) -> bool:
    """Purge NAMES in a transaction; whether it has ended. Raises ToolkitError, TransactionError."""
    report.changed = True
    report.packages = ("".join(f"{name}\n" for name in names), "")
    if request.check_mode:
        return True
    transaction = _transaction.start(_container_work.PURPOSE, [_apt_command.purge(*names)])
    return _container_work.ended(request, report, transaction)
