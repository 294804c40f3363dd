# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Fetch the package indexes if they are old, and report what could not be fetched.

An index can still be used if its source cannot be reached, so a failure is no reason to stop. The plan shows whether
the wanted packages can be installed.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import plan, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import sha1, trial
from ansible_collections.wslfleet.cuda.plugins.module_utils._sources import entries, files
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

STALE = 86400.0
"""Seconds after which the indexes are fetched again before something is installed."""


def bring_up_to_date(system: System, now: float) -> str:
    """Fetch the indexes if they are older than STALE. Returns in one line why not all of them are fresh; empty if they
    are.

    A source whose key is bound by SHA-1, and for which there is an exception, is fetched with the exception.
    """
    age = query.lists_age(system, now)
    if age is not None and age <= STALE:
        return ""
    done = query.update(system)
    if done.code == 0:
        return ""
    failed = _failed_addresses(done.output)
    for path, address in excepted_sources(system).items():
        mine = {item for item in failed if item.startswith(address)}
        if mine and trial.refresh_excepted(system, path).code == 0:
            failed -= mine
            if not failed:
                return ""
    reasons = plan.errors(done.output) or [f"code {done.code}"]
    return f"apt-get update: {'; '.join(reasons[:2])}"


def excepted_sources(system: System) -> t.Dict[str, str]:
    """Our source files with an exception from the SHA-1 cut-off -> their address."""
    found = {}
    for path, text in files.read(system).items():
        if text.startswith(entries.MARK) and sha1.NOTE in text:
            for entry in entries.parse(path, text):
                found[path] = entry.uri
    return found


def _failed_addresses(output: str) -> t.Set[str]:
    """The addresses that apt could not fetch. Its lines begin with E: or W: and name them in every release."""
    return set(re.findall(r"(?m)^(?:E|W|Error|Warning): .*?((?:https?|file|copy):\S+)", output))
