# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Verdicts about NVIDIA GPUs and their driver on Windows."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.module_utils._shared.verdict import Verdict
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.nvidia import Gpu
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.state import HostState
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight import gpu_families
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._preflight.needs import Needs


def gpu(state: HostState) -> Verdict:
    """Whether there is an NVIDIA GPU with a driver."""
    if state.gpus:
        return Verdict("nvidia_gpu", "G3", "ok", ", ".join(gpu.name for gpu in state.gpus))
    if state.nvidia_hardware:
        remedy = "install the NVIDIA driver for Windows; until then programs compile but do not run here"
        return Verdict("nvidia_gpu", "G3", "warn", "there is an NVIDIA device, but no NVIDIA driver on Windows", remedy)
    remedy = "programs will compile but not run here; install the NVIDIA driver for Windows if there is a GPU"
    return Verdict("nvidia_gpu", "G3", "warn", "Windows shows no NVIDIA GPU", remedy)


def driver(state: HostState, needs: Needs) -> Verdict:
    """The lowest driver of the GPUs decides, because one package is used for all of them."""
    minimum = needs.minimum_driver
    if not state.gpus:
        remedy = f"install driver {minimum} or later"
        return Verdict("nvidia_driver", "G1", "warn", "no NVIDIA driver on Windows", remedy)
    version = lowest_driver(state.gpus)
    seen = f"NVIDIA driver {version} on Windows, at least {minimum} needed"
    if version_text.numbers(version) >= version_text.numbers(minimum):
        return Verdict("nvidia_driver", "G1", "ok", seen)
    return Verdict("nvidia_driver", "G1", "stop", seen, "update the NVIDIA driver on Windows, never inside WSL")


def lowest_driver(gpus: t.Sequence[Gpu]) -> str:
    """The lowest version of GPUS, which are at least one."""
    return min((gpu.driver_version for gpu in gpus), key=version_text.numbers)


def cuda_library(state: HostState) -> Verdict:
    """The driver files that WSL provides in distributions come from the Windows driver."""
    if state.cuda_library or not state.gpus:
        seen = "the Windows driver contains libcuda.so for WSL" if state.gpus else "no GPU"
        return Verdict("wsl_libcuda", "G1", "ok", seen)
    remedy = "reinstall the NVIDIA driver on Windows: C:\\Windows\\System32\\lxss\\lib contains no libcuda.so.1.1"
    return Verdict("wsl_libcuda", "G1", "warn", "the Windows driver contains no libcuda.so for WSL", remedy)


def driver_model(state: HostState) -> Verdict:
    """A GPU in TCC mode is invisible to WSL. nvidia-smi knows the mode; without it the registry gives a hint."""
    if not state.gpus:
        return Verdict("driver_model", "G4", "ok", "no GPU")
    seen = ", ".join(f"{gpu.name}: {_model(gpu)}" for gpu in state.gpus)
    remedy = "set WDDM on Windows (nvidia-smi -dm 0, then restart); GPUs that only know TCC do not work in WSL"
    computing = [computes_only(gpu) for gpu in state.gpus]
    if all(computing):
        sure = all(gpu.driver_model is not None for gpu in state.gpus)
        return Verdict("driver_model", "G4", "stop" if sure else "warn", seen, remedy)
    if any(computing):
        return Verdict("driver_model", "G4", "warn", seen, remedy)
    return Verdict("driver_model", "G4", "ok", seen)


def computes_only(gpu: Gpu) -> bool:
    """In TCC mode according to nvidia-smi or, if that was not run, to the registry."""
    return gpu.driver_model == "TCC" if gpu.driver_model else gpu.tcc_by_registry


def _model(gpu: Gpu) -> str:
    if gpu.driver_model:
        return gpu.driver_model
    return "TCC by the registry, nvidia-smi was not asked" if gpu.tcc_by_registry else "nothing says TCC"


def compute_capability(state: HostState, needs: Needs) -> Verdict:
    """The GPU with the highest compute capability decides, because programs choose it."""
    found = best_capability(state.gpus)
    if not found:
        seen = "no GPU" if not state.gpus else "the compute capability is not known"
        level = "info" if state.gpus else "ok"
        return Verdict("compute_capability", "G3", level, seen, "ask nvidia-smi" if state.gpus else "")
    value, source, sure = found
    seen = f"compute capability {value[0]}.{value[1]} {source}"
    lowest = gpu_families.lowest_for(needs.toolkit) if needs.toolkit else gpu_families.PASCAL
    wanted = f"toolkit {needs.toolkit}" if needs.toolkit else "CUDA in WSL"
    if value < lowest:
        below = f"{seen}, {wanted} needs {lowest[0]}.{lowest[1]}"
        remedy = "choose a 12.x toolkit" if value >= gpu_families.PASCAL else "this GPU cannot be used in WSL"
        return Verdict("compute_capability", "G3", "stop" if sure else "warn", below, remedy)
    highest = gpu_families.highest_for(needs.toolkit) if needs.toolkit else None
    if highest and value > highest:
        above = f"{seen}, {wanted} has machine code up to {highest[0]}.{highest[1]}"
        return Verdict("compute_capability", "G3", "warn", above, "choose toolkit 12.8 or later")
    return Verdict("compute_capability", "G3", "ok", seen)


Capability = t.Tuple[t.Tuple[int, int], str, bool]
"""A compute capability, its source, and whether it is certain."""


def best_capability(gpus: t.Sequence[Gpu]) -> Capability | None:
    """The highest one of GPUS; None if none is known."""
    known = [capability for capability in map(_capability, gpus) if capability is not None]
    return max(known, default=None)


def _capability(gpu: Gpu) -> Capability | None:
    major, _dot, minor = (gpu.compute_capability or "").partition(".")
    if major.isdigit() and minor.isdigit():
        return (int(major), int(minor)), f"({gpu.name})", True
    family = gpu_families.family(gpu.device_id)
    return (family.highest, f"or less ({gpu.name}, by its PCI id: {family.name})", False) if family else None
