# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``nvidia-smi --query-gpu=FIELDS --format=csv[,noheader][,nounits]`` and ``-L``; the table is not modelled.

One unknown field fails the whole query with exit code 2; ``compute_cap`` is unknown before driver 510.
"""

from __future__ import annotations

import uuid

from lab.machine.process import NotModelled, Process, program
from lab.machine.state import Gpu
from lab.windows.program_io import arguments_of, out

INVALID_ARGUMENT = 2
DRIVER_NOT_LOADED = 9
FIRST_DRIVER_WITH_COMPUTE_CAP = 510


@program("nvidia-smi")
def main(process: Process) -> int:
    """Answer, or block until killed under the fault ``nvidia_smi_hangs``."""
    if process.laptop.faults.strike("nvidia_smi_hangs"):
        process.killed.wait()
        return 1
    gpus = process.laptop.state.gpus
    words = arguments_of(process)
    if not gpus:
        out(process, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.")
        return DRIVER_NOT_LOADED
    if words == ["-L"]:
        for index, gpu in enumerate(gpus):
            out(process, f"GPU {index}: {gpu.name} (UUID: {_uuid(index, gpu)})")
        return 0
    return _query(process, gpus, words)


def _query(process: Process, gpus: list[Gpu], words: list[str]) -> int:
    options = dict(word.partition("=")[::2] for word in words)
    if set(options) != {"--query-gpu", "--format"}:
        raise NotModelled(process.command_line)
    layout = options["--format"].split(",")
    if layout[0] != "csv" or set(layout[1:]) - {"noheader", "nounits"}:
        raise NotModelled(f"nvidia-smi --format={options['--format']}")
    fields = [field.strip() for field in options["--query-gpu"].split(",")]
    for field in fields:
        if field not in _values(0, gpus[0], 1):
            out(process, f'Field "{field}" is not a valid field to query.')
            out(process)
            return INVALID_ARGUMENT
    units = "nounits" not in layout
    if "noheader" not in layout:
        out(process, ", ".join(f"{field} [MiB]" if field.startswith("memory.") else field for field in fields))
    for index, gpu in enumerate(gpus):
        values = _values(index, gpu, len(gpus))
        out(process, ", ".join(_shown(values[field], units) for field in fields))
    return 0


def _shown(value: str | int, units: bool) -> str:
    """Numbers are mebibytes."""
    return f"{value} MiB" if isinstance(value, int) and units else str(value)


def _values(index: int, gpu: Gpu, count: int) -> dict[str, str | int]:
    values: dict[str, str | int] = {
        "index": str(index),
        "count": str(count),
        "name": gpu.name,
        "gpu_name": gpu.name,
        "uuid": _uuid(index, gpu),
        "driver_version": gpu.driver,
        "driver_model.current": gpu.driver_model,
        "driver_model.pending": gpu.driver_model,
        "memory.total": gpu.memory_mib,
        "memory.used": 0,
        "memory.free": gpu.memory_mib,
    }
    if int(gpu.driver.split(".")[0]) >= FIRST_DRIVER_WITH_COMPUTE_CAP:
        values["compute_cap"] = gpu.compute_capability
    return values


def _uuid(index: int, gpu: Gpu) -> str:
    return f"GPU-{uuid.uuid5(uuid.NAMESPACE_OID, f'{index} {gpu.name}')}"
