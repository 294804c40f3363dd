# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The audit's row about memory. The memory of the virtual machine follows from .wslconfig and from the laptop's memory.
So it is read here, in every user's distribution, and not from a file on Windows.
"""

from __future__ import annotations

import re

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import INFO, Verdict

_KIB_PER_GIB = 1024 * 1024


def row(meminfo: str) -> Verdict:
    """The verdict on MEMINFO, the text of /proc/meminfo. The guide names no minimum, so no value is too small."""
    numbers = {name: int(size) for name, size in re.findall(r"(?m)^(MemTotal|SwapTotal):\s+(\d{1,15}) kB$", meminfo)}
    if "MemTotal" not in numbers:
        return Verdict("memory", "G20", INFO, "/proc/meminfo does not show the memory", "run free in the distribution")
    swap = f"{_gib(numbers['SwapTotal'])} of swap" if numbers.get("SwapTotal") else "no swap"
    seen = f"WSL has {_gib(numbers['MemTotal'])} of memory and {swap} on this laptop"
    seen += "; pinned memory is limited to a part of it, and managed memory comes out of it too"
    remedy = "when programs run out of it: wslfleet.cuda.wsl_config with memory and swap in wsl2 (.wslconfig); unset,"
    return Verdict("memory", "G20", INFO, seen, f"{remedy} WSL takes half of the laptop's memory")


def _gib(kib: int) -> str:
    return f"{kib / _KIB_PER_GIB:.1f} GiB"
