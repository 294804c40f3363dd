# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Why apt cannot install a package on this release: dependencies that no source contains, with the known solutions.

``apt-cache depends --recurse`` writes a name without any version as ``<name>``, and below it, indented further, what
provides it. Its output is read in the C locale, in which it has been the same since apt 1.0.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._apt import command, query
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

_OPTIONS = (
    "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces", "--no-enhances",
)  # fmt: skip

WAYS_OUT = {
    "libtinfo5": (
        "this release has no libtinfo5 (Ubuntu 24.04, Debian 13 and later), which Nsight Systems of CUDA 12.4 and "
        "older needs; ways out: cuda_version {newer} or newer; or cuda_components without Nsight, such as [compiler, "
        "libraries, libraries-dev, command-line-tools]; or install libtinfo5 of Ubuntu 22.04 beforehand"
    ),
}


def missing(system: System, packages: t.Sequence[str]) -> t.Dict[str, str]:
    """Name that no source contains -> the package that needs it, for everything that PACKAGES need.

    Raises AptError.
    """
    return parse(query.ask(system, command.cache("depends", *_OPTIONS, *packages)).stdout)


def parse(text: str) -> t.Dict[str, str]:
    """The same from the output of ``apt-cache depends``."""
    found: t.Dict[str, str] = {}
    package, group, satisfied = "", [], False  # type: str, t.List[str], bool

    def close() -> None:
        if group and not satisfied:
            for name in group:
                found.setdefault(name, package)

    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"^ ([ |])(?:Pre)?Depends: (\S+)$", line)
        if match:
            name = match.group(2)
            bare = name.strip("<>").split(":")[0]
            provided = number + 1 < len(lines) and lines[number + 1].startswith("    ")
            satisfied = satisfied or not name.startswith("<") or provided
            group.append(bare)
            if match.group(1) == " ":
                close()
                group, satisfied = [], False
        elif line and line[0] not in " <":
            package, group, satisfied = line.strip(), [], False
    return found


def explain(found: t.Mapping[str, str], newer: str = "12.5") -> str:
    """One line for a person; empty when nothing is missing. NEWER: the first toolkit whose Nsight works here."""
    told = [
        f"{package} needs {name}: {WAYS_OUT[name].format(newer=newer)}"
        for name, package in found.items()
        if name in WAYS_OUT
    ]
    others = [
        f"{package} needs {name}, which is in no source" for name, package in found.items() if name not in WAYS_OUT
    ]
    return "; ".join([*told, *others[:3]])
