# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's installer of a driver for Windows: ``setup.exe /s /noreboot``. Its file is made by ``installer``.

It prints nothing. Exit code 1 asks for a restart, as packages of the field have it; the numbers of its failures are not
published, so the lab's are only "another number".
"""

from __future__ import annotations

import dataclasses
import json

from lab.machine.process import PROGRAM_FILE_PREFIX, NotModelled, Process, program
from lab.machine.state import Gpu
from lab.windows import fresh, fresh_registry
from lab.windows.program_io import arguments_of

RESTART_NEEDED = 1
NO_PRIVILEGE = 5
NO_HARDWARE = 14
_PCI = "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\PCI"


def installer(version: str, signer: str | None = None) -> bytes:
    """The file of an installer of driver VERSION (``580.88``); its package is signed by SIGNER instead of Microsoft."""
    content = {"driver": version, "signer": signer}
    return PROGRAM_FILE_PREFIX + b"nvidia-setup\n" + json.dumps(content).encode() + b"\n" + b" " * 65536


@program("nvidia-setup")
def main(process: Process) -> int:
    """Install at once what the file says; quiet runs only, since a dialog in session 0 would never end."""
    words = {word.lower().replace("-", "/", 1) for word in arguments_of(process)}
    if words != {"/s", "/noreboot"}:
        raise NotModelled(f"{process.command_line} (only /s /noreboot)")
    laptop = process.laptop
    file = laptop.drive.host_path(process.path).read_bytes().removeprefix(PROGRAM_FILE_PREFIX)
    content = json.loads(file.split(b"\n", 2)[1])
    if not process.user.admin:
        return NO_PRIVILEGE
    if not any("ven_10de" in name.lower() for name in laptop.registry.subkeys(_PCI)):
        return NO_HARDWARE
    fault = laptop.faults.strike("driver_install_fails")
    code = int(fault.get("code", NO_HARDWARE)) if fault else 0
    if code not in (0, RESTART_NEEDED):
        return code
    _install(process, content["driver"], content["signer"])
    return code


def _install(process: Process, version: str, signer: str | None) -> None:
    laptop = process.laptop
    with laptop.lock:
        known = laptop.state.gpus or [Gpu()]
        laptop.state.gpus = [dataclasses.replace(gpu, driver=version) for gpu in known]
        laptop.save()
    with laptop.registry.batch():
        fresh_registry.display(laptop.registry, laptop.state.gpus)
        if signer:
            laptop.registry.set(f"{fresh_registry.DISPLAY_CLASS_KEY}\\0001", "LabSigner", "REG_SZ", signer)
    fresh.make_driver(laptop.drive, laptop.state.gpus)
