# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""NVIDIA GPUs of a Windows host: from the registry, confirmed by nvidia-smi.

The display class of the registry decides, because it wakes no GPU and can be read in every session; nvidia-smi adds
what only the driver knows.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.wslfleet.cuda.plugins.module_utils._shared import version_text
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.keys import DISPLAY_CLASS, PCI_DEVICES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, first_that_succeeds
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

NVIDIA_VENDOR = "ven_10de"
COMPUTE_CAPABILITY_SINCE = (510, 0)
"""Older drivers refuse a whole query because of one unknown field."""
_COMPUTES_ONLY = 2
_STORE_FOLDER = re.compile(r"(C:\\Windows\\System32\\DriverStore\\FileRepository\\\w[\w.-]*)\\", re.I | re.A)
"""Only Windows can write there: its programs are started with an administrator's rights."""
_OLD_FIELDS = "name,driver_version,driver_model.current,memory.total"


@dataclass(frozen=True)
class Gpu:
    """One GPU; values that only nvidia-smi knows are None until it has run."""

    name: str
    driver_version: str
    """Driver version as NVIDIA writes it: ``551.61``."""
    windows_driver_version: str
    """Driver version as Windows writes it: ``32.0.15.5161``."""
    driver_model: str | None = None
    memory_mib: int | None = None
    compute_capability: str | None = None
    device_id: str = ""
    """As Windows matched it to its driver: ``PCI\\VEN_10DE&DEV_25B8&SUBSYS_…``."""
    tcc_by_registry: bool = False
    """The registry says that it only computes (AdapterType 2); nvidia-smi decides if it has run."""


def nvidia_version(windows_version: str) -> str:
    """``32.0.15.5161`` -> ``551.61``: the last five digits; raises ValueError for anything else."""
    digits = "".join(windows_version.split(".")[-2:])
    if not re.fullmatch(r"\d+(\.\d+){3}", windows_version) or len(digits) < 5:
        raise ValueError(f"{windows_version!r} is not the version of an NVIDIA driver for Windows")
    return f"{int(digits[-5:-2])}.{digits[-2:]}"


def devices(registry: RegistryTree) -> dict[str, str]:
    """Key -> device id of each NVIDIA GPU in the display class of the registry, in the order of Windows."""
    every = {key: registry.text(key, "MatchingDeviceId") or "" for key in registry.subkeys(DISPLAY_CLASS)}
    return {key: device for key, device in every.items() if NVIDIA_VENDOR in device.lower()}


def gpus(registry: RegistryTree) -> list[Gpu]:
    """The GPUs in the display class of the registry that have a driver, in the order of Windows."""
    found = []
    for key, device in devices(registry).items():
        version = registry.text(key, "DriverVersion")
        if version:
            name = registry.text(key, "DriverDesc") or "NVIDIA GPU"
            tcc = registry.number(key, "AdapterType") == _COMPUTES_ONLY
            found.append(Gpu(name, nvidia_version(version), version, device_id=device, tcc_by_registry=tcc))
    return found


def has_hardware(registry: RegistryTree) -> bool:
    """Whether this host's PCI bus has ever had an NVIDIA device, with or without a driver."""
    return any(NVIDIA_VENDOR in key.lower() for key in registry.subkeys(PCI_DEVICES))


def driver_folder(registry: RegistryTree) -> str | None:
    """The folder in the driver store of the first NVIDIA GPU's current display driver; None if unknown.

    Older drivers stay in the store. The registry names the files that Windows loads from the right folder
    (``UserModeDriverName``, with full paths since drivers come as DCH packages).
    """
    loaded = [registry.get(key, "UserModeDriverName") for key in devices(registry)]
    files = [file for each in loaded if isinstance(each, list) for file in each]
    return next((match.group(1) for match in map(_STORE_FOLDER.match, files) if match), None)


def smi_lines(known: t.Sequence[Gpu], folder: str | None = None) -> dict[str, str]:
    """The nvidia-smi calls that a driver as old as the one of KNOWN answers.

    :arg folder: the driver's folder in the driver store: packages of some makers put nvidia-smi.exe only there.
    """
    lines = {"nvidia_smi": _smi_query(_OLD_FIELDS, folder)}
    if known and version_text.numbers(known[0].driver_version) >= COMPUTE_CAPABILITY_SINCE:
        lines["nvidia_smi_capability"] = _smi_query("compute_cap", folder)
    return lines


def _smi_query(fields: str, folder: str | None) -> str:
    words = [f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    lines = [cmd_line(f"{place}\\nvidia-smi.exe", words) for place in (SYSTEM32, folder) if place]
    return lines[0] if len(lines) == 1 else first_that_succeeds(*lines)


def confirmed(known: t.Sequence[Gpu], answer: bytes, capabilities: bytes) -> list[Gpu]:
    """KNOWN with the values that nvidia-smi printed; GPUs that only nvidia-smi found are added.

    Raises ValueError, one line, if the answer does not have the requested shape.
    """
    rows = [_row(line) for line in _lines(answer)]
    found = []
    for number, row in enumerate(rows):
        base = known[number] if number < len(known) else Gpu(row[0], row[1], "")
        memory = int(row[3]) if row[3].isdigit() else None
        found.append(replace(base, name=row[0], driver_version=row[1], driver_model=row[2], memory_mib=memory))
    for number, capability in enumerate(_lines(capabilities)[: len(found)]):
        found[number] = replace(found[number], compute_capability=capability)
    return found + list(known[len(rows) :])


def _row(line: str) -> list[str]:
    row = [part.strip() for part in line.split(",")]
    if len(row) != 4:
        raise ValueError(f"nvidia-smi answered {line!r}, which is not four fields")
    return row


def _lines(output: bytes) -> list[str]:
    return [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
