# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The commands of a repair in their order, and the plan in words."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver.repair import Plan


def purge(steps: Plan) -> t.List[str]:
    return command.dpkg_purge(*steps.purge, *steps.dependents)


def commands(steps: Plan) -> t.List[t.List[str]]:
    """The apt and dpkg commands, in order. Each one runs even when an earlier one failed.

    dpkg removes what is named and nothing else, whatever state other packages are in. apt would refuse, or remove more.
    """
    found: t.List[t.List[str]] = []
    if steps.clean_journal:
        found.append(list(command.MERGE_JOURNAL))
    if steps.mark_manual:
        found.append(command.mark("manual", *steps.mark_manual))
    if steps.purge:
        found.append(purge(steps))
    if steps.configure or steps.clean_journal:
        found.append(list(command.CONFIGURE))
    if steps.reinstall:
        found.append(command.install(*steps.reinstall, options=["--reinstall"]))
    return found


def describe(steps: Plan) -> t.List[str]:
    """The plan for a person, one step per line."""
    lines = []
    if steps.clean_journal:
        lines.append("repair the journal of an interrupted dpkg")
    if steps.mark_manual:
        lines.append("mark as manually installed: " + " ".join(steps.mark_manual))
    if steps.purge:
        lines.append("purge: " + " ".join(steps.purge))
    lines += [f"purged as a driver: {text}" for text in steps.unlike]
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
        lines.append(f"write {loader.CONFIGURATION}")
    if steps.ldconfig:
        lines.append("run ldconfig")
    return lines
