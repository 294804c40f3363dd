# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""What dpkg said of a purge."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, dpkg
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import commands
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver.repair import Plan, State
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System


def judge_purge(system: System, steps: Plan) -> t.List[str]:
    """Why dpkg would not remove what STEPS remove, in its words; empty if it would. Changes nothing."""
    if not steps.purge:
        return []
    done = system.run(command.trial(commands.purge(steps)))
    return [] if done.code == 0 else [f"dpkg refuses: {dpkg_words(done.stderr) or done.last_line}"]


def dpkg_words(text: str) -> str:
    """The errors of dpkg in TEXT as one line; empty when there is none. Needs the C locale."""
    blocks = re.findall(
        r"(?m)^dpkg: (?:error(?: processing package)?:?|dependency problems) [^\n]*(?:\n [^\n]*)*", text
    )
    return "; ".join(dict.fromkeys(re.sub(r"\s+", " ", block)[len("dpkg: ") :] for block in blocks))


def was_locked(log: str) -> bool:
    """Whether dpkg, which does not wait, found its database locked according to LOG. Needs the C locale."""
    return bool(re.search(r"(?m)^dpkg: error: .*\block(ed)?\b.* by another process", log))


def failed_scripts(system: System, log: str, state: State) -> t.List[str]:
    """The removal scripts of drivers that failed according to LOG (of dpkg): without them the driver can be removed."""
    drivers = {state.database.label(package): package for package in state.drivers}
    found = []
    for label, kind in re.findall(r"installed (\S+) package (pre|post)-removal script subprocess", log):
        package = drivers.get(label) or drivers.get(label.partition(":")[0])
        if package is not None:
            stem = f"{dpkg.INFO}/{package.name}"
            names = (f"{stem}.{kind}rm", f"{stem}:{package.architecture}.{kind}rm")
            found += [name for name in names if system.exists(name)]
    return sorted(set(found))
