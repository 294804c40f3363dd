# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether a toolkit works with the laptop's NVIDIA GPU and its Windows driver, according to WSL's nvidia-smi.

nvidia-smi inside WSL shows the version of the Windows driver. It may be missing (no GPU), fail, or hang, so only a
clear answer counts. Sources: CUDA release notes (minimum drivers), the architectures that nvcc 12.4 and 13.0 list.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.module_utils._nvidia import catalogue
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._system.system import System

NVIDIA_SMI = "/usr/lib/wsl/lib/nvidia-smi"
LONGEST_ANSWER = "20"
"""Seconds."""


@dataclass(frozen=True)
class Gpu:
    """One GPU. ``capability``: compute capability, None if the driver does not report it."""

    name: str
    driver: t.Tuple[int, ...]
    capability: t.Tuple[int, ...] | None


@dataclass(frozen=True)
class Verdict:
    """``stop``: why the toolkit is refused; ``warning``: what will not work as expected. Empty: nothing."""

    stop: str = ""
    warning: str = ""


def read(system: System) -> t.List[Gpu]:
    """The GPUs that WSL shows; none if nvidia-smi gives no clear answer."""
    if not system.is_program(NVIDIA_SMI):
        return []
    ask = ["timeout", "-k", "5", LONGEST_ANSWER, NVIDIA_SMI]
    # Drivers before 510 do not know compute_cap and refuse the whole query.
    for fields in ("name,driver_version,compute_cap", "name,driver_version"):
        done = system.run([*ask, f"--query-gpu={fields}", "--format=csv,noheader"])
        if done.code == 0:
            return parse(done.stdout)
    return []


def parse(text: str) -> t.List[Gpu]:
    """The rows of nvidia-smi. Rows of another shape are ignored."""
    found = []
    for line in text.splitlines():
        row = [part.strip() for part in line.split(",")]
        if len(row) in (2, 3) and re.match(r"^[0-9]+(\.[0-9]+)+$", row[1]):
            capable = len(row) == 3 and re.match(r"^[0-9]+\.[0-9]+$", row[2])
            found.append(Gpu(row[0], version_text.numbers(row[1]), version_text.numbers(row[2]) if capable else None))
    return found


def judge(gpus: t.Sequence[Gpu], version: str) -> Verdict:
    """Whether one of GPUS works with toolkit VERSION (``12.8``). Without a GPU the verdict is empty."""
    if not gpus:
        return Verdict()
    needed = catalogue.minimum_driver(version)
    driver = max(gpu.driver for gpu in gpus)
    if driver[:2] < needed:
        return Verdict(
            f"the Windows driver {_dotted(driver)} is too old for CUDA {version}, which needs {_dotted(needed)} or "
            f"newer: update the driver on Windows, or {_older(version, driver)}"
        )
    known = [gpu for gpu in gpus if gpu.capability is not None]
    lowest, highest = catalogue.capabilities(version)
    if known and all((gpu.capability or ()) < lowest for gpu in known):
        return Verdict(
            f"{known[0].name} has compute capability {_dotted(known[0].capability or ())}, and CUDA {version} builds "
            f"for {_dotted(lowest)} and newer only: use cuda_version 12.9 or older"
        )
    if known and all((gpu.capability or ()) > highest for gpu in known):
        return Verdict(
            warning=f"{known[0].name} has compute capability {_dotted(known[0].capability or ())}, newer than CUDA "
            f"{version} knows ({_dotted(highest)}): programs run only if they carry PTX; use a newer cuda_version"
        )
    return Verdict()


def _older(version: str, driver: t.Tuple[int, ...]) -> str:
    if version.startswith("13.") and driver[:2] >= catalogue.MINIMUM_WINDOWS_DRIVER[12]:
        return "use cuda_version 12.9"
    return "leave the toolkit out on this laptop"


def _dotted(numbers: t.Sequence[int]) -> str:
    if len(numbers) == 2 and numbers[0] > 100:
        return f"{numbers[0]}.{numbers[1]:02d}"
    return version_text.dotted(numbers)
