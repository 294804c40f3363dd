# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The outcome of each host of a run, from its documents and Ansible's counts. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report import fleet, outcome
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._report.this_run import ThisRun
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.closing import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._terminal.watched import Laptop, Watched

_MAY_HAVE_FAILED = (outcome.OK, outcome.DONE, outcome.WOULD_CHANGE, outcome.NOT_LOOKED_AT)
"""Outcomes in a document if the failed task was not one of ours, or a gate failed."""


def verdicts(
    watched: Watched, run: ThisRun | None, failures: t.Container[str], dark: t.Container[str]
) -> list[Verdict]:
    """One for each host of the run WATCHED that had something to do, and each laptop that RUN knows.

    :arg failures, dark: hosts that had failed or were unreachable at the end; others were rescued.
    """
    if run:
        run.recorder.rescued(failures, dark)
    outcomes = run.outcomes() if run else {}
    documented = run.recorder.outcomes() if run else {}
    names = dict.fromkeys([*(host.name for host in watched.worked()), *outcomes])
    found = []
    for host in (watched.everyone.get(name) or Laptop(name) for name in names):
        told = outcomes.get(host.name)
        known = _of_run(host, told, run, told == documented.get(host.name)) if run and told else None
        if known and not (known.outcome in _MAY_HAVE_FAILED and (host.name in failures or host.name in dark)):
            found.append(known)
        elif host.name in dark:
            found.append(Verdict(host.name, outcome.OUT_OF_REACH, host.step, _first_line(host.reason)))
        elif host.name in failures:
            found.append(Verdict(host.name, outcome.FAILED, host.step, _first_line(host.reason)))
        else:
            found.append(_of_counts(host, watched.check))
    return found


def _of_run(host: Laptop, told: str, run: ThisRun, documented: bool) -> Verdict:
    """The verdict on HOST, whose outcome in RUN is TOLD; with the reason from its document if it is DOCUMENTED."""
    if told in (outcome.OK, outcome.DONE):
        return Verdict(host.name, told, _work(host))
    if told == outcome.WOULD_CHANGE:
        return Verdict(host.name, told)
    document = run.recorder.document(host.name, "") if documented else None
    if document is None:
        return Verdict(host.name, told)
    cause = fleet.Laptop(host.name, document, "").cause.removeprefix(f"{told}: ")
    return Verdict(host.name, told, "" if cause == told else cause, str(document["reason"]))


def _of_counts(host: Laptop, check: bool) -> Verdict:
    if host.changed and check:
        return Verdict(host.name, outcome.WOULD_CHANGE)
    return Verdict(host.name, outcome.DONE if host.changed else outcome.OK, _work(host))


def _work(host: Laptop) -> str:
    return "changed" if host.changed else "nothing to change"


def _first_line(text: str) -> str:
    """The first line of TEXT; the rest was shown when it happened."""
    return text.partition("\n")[0]
