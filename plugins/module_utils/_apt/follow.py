# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Follow transactions: those of earlier runs, and one of this run, for as long as one look may take.

A module waits for some seconds. If its transaction still works then, the controller shows how far it is, and runs the
module again with the id.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, plan
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import transaction as apt_transaction
from ansible_collections.wslfleet.cuda.plugins.module_utils._apt.command import Command
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.failure import Failure
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

Warn = t.Callable[[str], t.Any]


@dataclass(frozen=True)
class Earlier:
    """The transactions that were started before this look."""

    running: apt_transaction.Transaction | None = None
    """One that has not ended, no matter who started it: nothing else can be done now."""
    ended: t.Tuple[apt_transaction.Transaction, ...] = ()
    """Those of the purpose that have ended since, reported by this look."""


def earlier(
    system: System, purpose: str, followed: str | None, seconds: float, warn: Warn, of_any: bool = False
) -> Earlier:
    """Wait at most SECONDS for what runs, then take the results of PURPOSE (OF_ANY: of all) as reported.

    FOLLOWED: the id of the transaction that this run began. WARN is given the failures of earlier runs, which this run
    repairs. Raises Failure if the followed one failed.
    """
    running = apt_transaction.find_running(system)
    if running is not None and not apt_transaction.attach(running, seconds):
        return Earlier(running)
    found = []
    for ended in apt_transaction.uncollected(system):
        if not (of_any or ended.purpose == purpose or ended.id == followed):
            continue
        ended.mark_collected()
        if ended.purpose == purpose:
            found.append(ended)
        if ended.exit_code != 0 and ended.id == followed:
            raise Failure(failure(system, ended))
        if ended.exit_code != 0:
            warn(failure(system, ended))
    return Earlier(None, tuple(found))


def begin(system: System, purpose: str, commands: t.Sequence[Command], seconds: float) -> apt_transaction.Transaction:
    """Start COMMANDS and wait at most SECONDS. The transaction that is returned may still run.

    Raises Failure if it has ended with an error.
    """
    transaction = apt_transaction.start(system, purpose, commands)
    if apt_transaction.attach(transaction, seconds):
        transaction.mark_collected()
        if transaction.exit_code != 0:
            raise Failure(failure(system, transaction))
    return transaction


def to_the_end(system: System, transaction: apt_transaction.Transaction, seconds: float) -> None:
    """Wait for the end of TRANSACTION. Raises Failure if it takes more than SECONDS, or ends with an error."""
    apt_transaction.finish(transaction, seconds)
    if transaction.exit_code != 0:
        raise Failure(failure(system, transaction))


def failure(system: System, transaction: apt_transaction.Transaction) -> str:
    """Why a transaction that has ended did not do its work, in one line."""
    found = plan.errors(transaction.log_tail())
    code = transaction.exit_code
    how = "was interrupted" if code is None else f"ended with code {code}"
    why = f": {'; '.join(found[-2:])}" if found else ""
    half = ", ".join(f"{package.name} {package.code}" for package in dpkg.read_database(system).broken[:5])
    state = f"; half way: {half}" if half else ""
    return f"apt transaction {transaction.id} {how}{why}{state}; log in the distribution: {transaction.log}"
