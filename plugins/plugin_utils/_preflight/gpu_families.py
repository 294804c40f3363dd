# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The generation of an NVIDIA GPU from its PCI id, for hosts where nvidia-smi was not run or does not know it.

Only a hint: NVIDIA assigns ids in blocks per generation, and nvidia-smi's ``compute_cap`` decides. The toolkits'
limits are those of their compilers: nvcc 12.4 lists 5.0 to 9.0, nvcc 12.8 adds Blackwell, nvcc 13.0 begins with 7.5.
Sources: the public PCI id list; ``nvcc --list-gpu-arch`` of 12.4 and 13.0; NVIDIA's release notes of 12.8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue

_DEVICE = re.compile(r"DEV_([0-9A-F]{4})", re.IGNORECASE)


@dataclass(frozen=True)
class Family:
    """One generation of GPUs, and the highest compute capability in it."""

    name: str
    highest: tuple[int, int]


_BLOCKS = (
    (0x0FC0, 0x1299, Family("Kepler", (3, 7))),
    (0x1340, 0x15EF, Family("Maxwell", (5, 2))),
    (0x15F0, 0x15FF, Family("Pascal", (6, 1))),
    (0x1600, 0x1AFF, Family("Maxwell", (5, 2))),
    (0x1B00, 0x1D7F, Family("Pascal", (6, 1))),
    (0x1D80, 0x1DFF, Family("Volta", (7, 0))),
    (0x1E00, 0x1FFF, Family("Turing", (7, 5))),
    (0x2080, 0x20FF, Family("Ampere", (8, 0))),
    (0x2180, 0x21FF, Family("Turing", (7, 5))),
    (0x2200, 0x22FF, Family("Ampere", (8, 6))),
    (0x2300, 0x23FF, Family("Hopper", (9, 0))),
    (0x2400, 0x25FF, Family("Ampere", (8, 6))),
    (0x2600, 0x28FF, Family("Ada Lovelace", (8, 9))),
    (0x2900, 0x2FFF, Family("Blackwell", (12, 1))),
)

PASCAL = (6, 0)
"""The guide's minimum (1.1): Maxwell is not supported."""
_FIRST_OF_13 = (7, 5)
_LAST_BEFORE_12_8 = (9, 0)


def family(device_id: str) -> Family | None:
    """The generation of ``PCI\\VEN_10DE&DEV_28B8…``; None for an id that is in no known block."""
    match = _DEVICE.search(device_id)
    number = int(match.group(1), 16) if match else -1
    return next((entry for first, last, entry in _BLOCKS if first <= number <= last), None)


def lowest_for(toolkit: str) -> tuple[int, int]:
    """The lowest compute capability that TOOLKIT (``12.8``, ``12.latest``) compiles for, and the guide allows."""
    return _FIRST_OF_13 if catalogue.number(toolkit)[0] >= 13 else PASCAL


def highest_for(toolkit: str) -> tuple[int, int] | None:
    """The highest compute capability that TOOLKIT has machine code for; None if it supports all."""
    return _LAST_BEFORE_12_8 if catalogue.number(toolkit) < (12, 8) else None
