# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The audit's rows about libraries for several GPUs or processes, which the guide names: NCCL, UCX, RAPIDS.

Only packages are checked: pip and conda install into environments of users, of which there may be many.
"""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import dpkg, versions
from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, OK, WARN, Verdict

_NAMES = {"nccl": "NCCL", "ucx": "UCX"}
_REMEDIES = {
    "nccl": "run wslfleet.cuda.cuda_extra_libraries with nccl (cuda_extra_libraries)",
    "ucx": "take it by conda or pip, or from a newer release of the distribution",
}
_NOTES = {"nccl": "", "ucx": "; in WSL it is experimental, and with one GPU only"}
_ENVIRONMENTS = "environments of pip and conda are not looked into"


def rows(database: dpkg.Database) -> t.List[Verdict]:
    """The verdicts on what is in DATABASE."""
    return [*(_library(name, database) for name in catalogue.LIBRARY_FLOORS), _rapids()]


def _library(name: str, database: dpkg.Database) -> Verdict:
    package, floor = catalogue.LIBRARY_FLOORS[name]
    least = f"{_NAMES[name]} works in WSL from {floor[0]}.{floor[1]} on"
    version = database.version(package)
    if not version:
        remedy = f"if it is wanted, {_REMEDIES[name]}"
        return Verdict(name, "G18", INFO, f"{package} is not installed; {least}; {_ENVIRONMENTS}", remedy)
    numbers = versions.numbers(version)
    if numbers is None:
        return Verdict(name, "G18", INFO, f"{package} {version}; {least}", "compare the two")
    if numbers < floor:
        return Verdict(name, "G18", WARN, f"{package} {version}; {least}", _REMEDIES[name])
    return Verdict(name, "G18", OK, f"{package} {version}{_NOTES[name]}")


def _rapids() -> Verdict:
    """No distribution has a package of RAPIDS, so it cannot be seen here."""
    seen = f"RAPIDS works in WSL from {catalogue.RAPIDS_FLOOR} on; it is in no package, and {_ENVIRONMENTS}"
    return Verdict("rapids", "G18", INFO, seen, "look with pip list or conda list in the environment that uses it")
