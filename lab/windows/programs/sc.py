# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``sc query NAME``: whether a service is registered. ``sc stop WSLService`` ends everyone's WSL.

A service is started again by whoever needs it, so that a stopped one is not remembered. Not modelled: anything else.
"""

from __future__ import annotations

from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, localised, out

SERVICES_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services"
SERVICE_DOES_NOT_EXIST = 1060
ACCESS_DENIED = 5
_AUTOMATIC = 2


@program("sc")
def main(process: Process) -> int:
    """A service that starts automatically runs, any other is stopped."""
    words = arguments_of(process)
    if [word.lower() for word in words] == ["stop", "wslservice"]:
        return _stop(process)
    if len(words) != 2 or words[0].lower() != "query":
        raise NotModelled(process.command_line)
    key = f"{SERVICES_KEY}\\{words[1]}"
    if not process.laptop.registry.exists(key):
        out(process, f"[SC] EnumQueryServicesStatus:OpenService FAILED {SERVICE_DOES_NOT_EXIST}:")
        out(process)
        out(process, localised(process, "service_missing"))
        out(process)
        return SERVICE_DOES_NOT_EXIST
    start = process.laptop.registry.get(key, "Start")
    running = start is not None and isinstance(start.data, int) and start.data <= _AUTOMATIC
    out(process)
    out(process, f"SERVICE_NAME: {words[1]}")
    out(process, "        TYPE               : 10  WIN32_OWN_PROCESS  ")
    out(process, f"        STATE              : {'4  RUNNING ' if running else '1  STOPPED '}")
    out(process, "        WIN32_EXIT_CODE    : 0  (0x0)")
    out(process, "        SERVICE_EXIT_CODE  : 0  (0x0)")
    out(process, "        CHECKPOINT         : 0x0")
    out(process, "        WAIT_HINT          : 0x0")
    return 0


def _stop(process: Process) -> int:
    """Every virtual machine ends, and every distribution with it."""
    laptop = process.laptop
    if not laptop.registry.exists(f"{SERVICES_KEY}\\WSLService"):
        out(process, f"[SC] OpenService FAILED {SERVICE_DOES_NOT_EXIST}:")
        out(process)
        out(process, localised(process, "service_missing"))
        return SERVICE_DOES_NOT_EXIST
    if not process.user.admin:
        out(process, f"[SC] OpenService FAILED {ACCESS_DENIED}:")
        out(process)
        out(process, localised(process, "access_denied"))
        return ACCESS_DENIED
    laptop.instances.terminate_all()
    out(process)
    out(process, "SERVICE_NAME: WSLService")
    out(process, "        TYPE               : 10  WIN32_OWN_PROCESS  ")
    out(process, "        STATE              : 3  STOP_PENDING ")
    return 0
