# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The read-only report of one distribution, row by row of NVIDIA's guide. ``observe.py`` reads what is judged here.

Rows are those of the guide's table (G7 kernel, G9 no driver, G10 old key, …). This file has those about the driver and
the keys; the other files of this room have the rest.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._audit import containers, driver, libraries, memory, toolkit
from ansible_collections.wslfleet.cuda.plugins.module_utils._audit.observe import State
from ansible_collections.wslfleet.cuda.plugins.module_utils._driver import loader
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue, driver_packages
from ansible_collections.wslfleet.cuda.plugins.module_utils._repository import legacy_keys
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, STOP, WARN, Verdict, some
from ansible_collections.wslfleet.cuda.plugins.module_utils._toolkit import path

_MEND_APT = "run wslfleet.cuda.cuda_legacy, which removes NVIDIA's own broken sources; repair others yourself"
_GUARD = "run wslfleet.cuda.cuda_guard"


def rows(seen: State) -> t.List[Verdict]:
    """The verdicts on what was SEEN."""
    found = [
        _kernel(seen.kernel),
        driver.drivers(seen),
        driver.states(seen),
        driver.run_file(seen),
        driver.strays(seen),
        driver.loader_row(seen),
        driver.ld_conf(seen),
        _environment(seen),
        driver.dkms(seen),
        _guard(seen),
        _pin(seen),
        _metapackages(seen),
        _keys(seen),
        _sources_row(seen),
        *toolkit.rows(seen.toolkit, guarded=not seen.guard_missing),
        *libraries.rows(seen.repair.database),
        _nvidia_smi(seen),
        memory.row(seen.meminfo),
        *containers.rows(seen.containers),
    ]
    return [row for row in found if row is not None]


def _kernel(text: str) -> Verdict:
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", text)
    if not match:
        return Verdict("kernel", "G7", WARN, "/proc/version contains no version", "run wsl --update on Windows")
    version = tuple(int(part) for part in match.groups())
    seen = ".".join(match.groups())
    if version < catalogue.MINIMUM_KERNEL:
        return Verdict("kernel", "G7", STOP, f"{seen}, below 4.19.121", "run wsl --update on Windows")
    if version < catalogue.RECOMMENDED_KERNEL:
        return Verdict("kernel", "G7", WARN, f"{seen}, below the recommended 5.10.16", "run wsl --update on Windows")
    return Verdict("kernel", "G7", OK, seen)


def _environment(seen: State) -> Verdict:
    if seen.library_path:
        text = ", ".join(seen.library_path)
        return Verdict("library_path", "G9", WARN, text, "take it out, or put /usr/lib/wsl/lib before it")
    return Verdict("library_path", "G9", OK, "neither LD_LIBRARY_PATH nor PATH comes before WSL's folder")


def _guard(seen: State) -> Verdict:
    if seen.guard_missing:
        return Verdict("guard", "G9", WARN, "missing: " + ", ".join(seen.guard_missing), _GUARD)
    return Verdict("guard", "G9", OK, "pin and hooks are in place")


def _pin(seen: State) -> Verdict:
    if seen.apt_problem:
        text = f"it is not known whether the guard works: {seen.apt_problem}"
        return Verdict("pin_effect", "G9", STOP, text, _MEND_APT)
    if not seen.open_candidates:
        return Verdict("pin_effect", "G9", OK, "apt would install no driver package")
    text = some(sorted(seen.open_candidates), 5)
    level = WARN if seen.guard_missing else STOP
    remedy = (
        _GUARD
        if seen.guard_missing
        else "check for an entry in /etc/apt/preferences or one that sorts before 00-wslfleet-guard.pref"
    )
    return Verdict("pin_effect", "G9", level, f"apt would install {text}", remedy)


def _metapackages(seen: State) -> Verdict:
    names = [
        package.name
        for package in seen.repair.database.packages
        if package.present and driver_packages.is_metapackage(package.name)
    ]
    if names:
        remedy = "mark the toolkit as manually installed, then purge them: from another source they install a driver"
        return Verdict("metapackages", "G13", WARN, ", ".join(names), remedy)
    return Verdict("metapackages", "G13", OK, "none of cuda, cuda-X-Y, cuda-runtime-X-Y")


def _keys(seen: State) -> Verdict:
    remedy = "run wslfleet.cuda.cuda_legacy"
    if seen.legacy.removals:
        return Verdict("old_keys", "G10", STOP, ", ".join(sorted(seen.legacy.removals)), remedy)
    if seen.legacy.unread:
        text = ", ".join(f"{path} ({why})" for path, why in sorted(seen.legacy.unread.items()))
        return Verdict(
            "old_keys", "G10", WARN, f"cannot be read and may contain the old key: {text}", "check the file by hand"
        )
    return Verdict("old_keys", "G10", OK, "not found")


def _sources_row(seen: State) -> Verdict:
    stale = legacy_keys.plan(seen.legacy, "", "", "").stale
    if stale:
        text = ", ".join(f"{item.entry.path} ({item.reason})" for item in stale)
        return Verdict("stale_sources", "G10", WARN, text, "run wslfleet.cuda.cuda_legacy")
    return Verdict("stale_sources", "G10", OK, "none")


def _nvidia_smi(seen: State) -> Verdict:
    """Which nvidia-smi a login shell finds (a Linux driver's would come before WSL's in PATH), and whether root finds
    one."""
    wsl = f"{loader.WSL_LIBRARIES}/nvidia-smi"
    if "nvidia-smi" not in seen.wsl_files:
        return Verdict("nvidia_smi", "G19", INFO, f"there is no {wsl}", "see the rows about the driver on Windows")
    if seen.nvidia_smi not in ("", wsl):
        return Verdict("nvidia_smi", "G19", WARN, f"{seen.nvidia_smi} comes before {wsl} in PATH", driver.REPAIR)
    if not seen.nvidia_smi_for_root:
        remedy = "run wslfleet.cuda.cuda_toolkit, or call it by its full path"
        return Verdict("nvidia_smi", "G19", WARN, f"{wsl} is not in the PATH of root, sudo and cron", remedy)
    return Verdict("nvidia_smi", "G19", OK, f"{wsl}; root finds it by {path.COMMANDS}")
