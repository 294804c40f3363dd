# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Bring one apt source to the requested state: observe, test, then write."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, follow, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import guard
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import (
    installer_steps,
    local_installer,
    repository,
    spare_installers,
    trial,
)
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository.goal import Goal
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system import changes as system_changes
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


@dataclass(frozen=True)
class Outcome:
    """What happened, or would happen."""

    changed: bool = False
    current: bool = False
    """The source was as wanted before."""
    changes: t.Tuple[system_changes.FileChange, ...] = ()
    package: str = ""
    """The package of the local installer, if it is installed."""
    gone: t.Tuple[t.Tuple[str, int], ...] = ()
    """Packages of local installers that are removed, and the bytes that they free."""


def bring(
    system: System, wanted: Goal, state: str, packages: t.Sequence[str], others: str, check_mode: bool
) -> Outcome:
    """Bring the source to STATE (present, absent, verified). Raises Failure.

    OTHERS: what happens to local installers that are not the chosen source, see ``spare_installers.py``.
    """
    if not check_mode and state != "verified":
        installer_steps.sweep(system)
    if state == "absent":
        return _take_out(system, wanted, others, check_mode)
    current = repository.is_current(system, wanted)
    spare = spare_installers.find(system, others, wanted.url)
    if current and (state == "verified" or not (spare.packages or spare.changes)):
        return Outcome(current=not (spare.packages or spare.changes))
    if current:
        _let_go(system, spare.changes, spare.packages, check_mode)
        return Outcome(True, False, spare.changes, gone=spare.packages)
    arriving = ""
    if wanted.installer and not local_installer.installed(system, wanted.installer):
        if state == "verified" or check_mode:
            installer_steps.check_installer(system, wanted.installer)
            return Outcome(changed=state == "present", package=wanted.installer.package, gone=spare.packages)
        installer_steps.install(system, wanted.installer)
        arriving = wanted.installer.package
    keyring, index = trial.fetched(system, wanted)
    missing = trial.missing(index, packages)
    if missing:
        raise Failure(f"{wanted.url} does not contain {', '.join(missing)}; check cuda_version and url")
    changes = tuple(repository.plan(system, wanted, keyring))
    if state == "verified":
        return Outcome()
    if wanted.holds_drivers and not check_mode and not system.exists(guard.PIN):
        raise Failure(
            f"{wanted.url} contains Linux drivers and there is no guard in this distribution; run cuda_guard first"
        )
    # In check mode, cuda_legacy has not repaired NVIDIA's own sources either.
    if not check_mode:
        trial.check_sources(system, changes)
        system_changes.apply(system, changes)
        trial.refresh(system, wanted)
    # The old repository is removed when the new source works.
    _let_go(system, spare.changes, spare.packages, check_mode)
    return Outcome(True, False, (*changes, *spare.changes), arriving, spare.packages)


def _take_out(system: System, wanted: Goal, others: str, check_mode: bool) -> Outcome:
    spare = spare_installers.find(system, others)
    changes = (*repository.plan_absent(system, wanted), *spare.changes)
    gone = dict(spare.packages)
    if wanted.installer:
        package = wanted.installer.package
        if any(item.name == package and item.left for item in dpkg.read_database(system).packages):
            gone.setdefault(package, spare_installers.size(wanted.installer.folder))
    _let_go(system, changes, tuple(gone.items()), check_mode)
    return Outcome(bool(changes or gone), False, changes, gone=tuple(gone.items()))


def _let_go(
    system: System,
    changes: t.Sequence[system_changes.FileChange],
    packages: t.Sequence[t.Tuple[str, int]],
    check_mode: bool,
) -> None:
    """Apply CHANGES (sources and keys), then purge PACKAGES. After an interruption the next run finds what is left."""
    if check_mode:
        return
    names = [name for name, _size in packages]
    purge: t.List[str] = []
    if names:
        running = apt_transaction.find_running(system)
        if running is not None:
            follow.to_the_end(system, running, installer_steps.INSTALL_SECONDS)
        purge = query.purge(system, names)
    system_changes.apply(system, changes)
    if names:
        begun = apt_transaction.start(system, "source", [purge])
        follow.to_the_end(system, begun, installer_steps.INSTALL_SECONDS)
        left = [item.name for item in dpkg.read_database(system).packages if item.name in names and item.present]
        if left:
            raise Failure(f"{', '.join(left)} was not removed; see {apt_transaction.FOLDER}")
