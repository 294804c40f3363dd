# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The rows of NVIDIA's "CUDA on WSL User Guide", and which side of a laptop checks each of them.

A row that was not checked gets a verdict that says why, so that it does not look as if all is well.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, Verdict

WINDOWS, LINUX = "Windows", "Linux"


@dataclass(frozen=True)
class Row:
    """One thing that the guide requires or explains."""

    id: str
    title: str
    section: str
    """Number in older editions of the guide; those of 12.9 and later begin with an overview, so 2 became 3."""
    sides: tuple[str, ...]
    """Which side it is about: Windows (checked by host_info) or a distribution (cuda_audit_info)."""


ROWS = (
    Row("G1", "NVIDIA driver on Windows", "1.1, 2.1", (WINDOWS,)),
    Row("G2", "Legacy CUDA IPC", "1.1", (WINDOWS,)),
    Row("G3", "GPU of a supported generation", "1.1", (WINDOWS,)),
    Row("G4", "GPU in WDDM mode", "4", (WINDOWS,)),
    Row("G5", "Version of Windows", "1, 4, 5.1", (WINDOWS,)),
    Row("G6", "WSL can be installed and started", "2.2", (WINDOWS,)),
    Row("G7", "WSL and its kernel are new enough", "2.2, 5.2.2", (WINDOWS, LINUX)),
    Row("G8", "Distributions and their users", "2.3", (WINDOWS,)),
    Row("G9", "No Linux driver inside WSL", "2.3, 3", (LINUX,)),
    Row("G10", "Old signing key of NVIDIA", "3", (LINUX,)),
    Row("G11", "CUDA toolkit", "3, option 1", (LINUX,)),
    Row("G12", "Source of the toolkit", "3, option 2", (LINUX,)),
    Row("G13", "No metapackage that brings a driver", "3", (LINUX,)),
    Row("G14", "Components of the toolkit", "3", (LINUX,)),
    Row("G15", "Programs compile and run", "3", (LINUX,)),
    Row("G16", "Version of the container toolkit", "1.1", (LINUX,)),
    Row("G17", "Developer tools", "1.1", (WINDOWS,)),
    Row("G18", "NCCL, UCX and RAPIDS", "1.1", (LINUX,)),
    Row("G19", "nvidia-smi for root", "4.1", (LINUX,)),
    Row("G20", "Memory", "4.1", (LINUX,)),
    Row("G21", "Known limits", "4.1, 4.2", (WINDOWS,)),
    Row("G22", "Containers start", "5.2.1", (LINUX,)),
    Row("G23", "WSL has a kernel", "5.2.2", (WINDOWS,)),
    Row("G24", "PATH and libraries of the toolkit", "3", (LINUX,)),
)

TITLES = {row.id: row.title for row in ROWS}


def untold(told: t.Iterable[t.Mapping[str, t.Any]], side: str, why: str, remedy: str) -> list[Verdict]:
    """A verdict for each row of SIDE that is missing in TOLD (verdicts as in results)."""
    known = {verdict.get("row") for verdict in told}
    return [
        Verdict("not_looked_at", row.id, INFO, f"{row.title}: {why}", remedy)
        for row in ROWS
        if side in row.sides and row.id not in known
    ]
