# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A scheduled task that runs one command line as another Windows user, once.

The task is described by XML and its user by SID, because names of Entra accounts and of renamed accounts do not map.
schtasks.exe is never called with /RU, which asks for a password and waits. Its text is localised, so only exit codes
and the seventh column of its list, the last result in decimal, are read. Pure.

Changed defaults of Windows: not on battery, stop when it goes on battery, a limit of three days, a visible task.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32

SCHTASKS = f"{SYSTEM32}\\schtasks.exe"
INTERACTIVE = "InteractiveToken"
"""In the session of a user who is logged on."""
WITHOUT_SESSION = "S4U"
"""Without a session and without a password; Windows cannot do that for every account."""

NEVER_RUN = 0x41303
RUNNING = 0x41301
QUEUED = 0x41325
REFUSED = 0x800710E0
"""Nobody is logged on for an interactive task, or the laptop runs on battery."""
NO_RIGHT = frozenset({0x80070569})
"""The right to log on as a batch job is missing."""
NO_LOGON = frozenset({0x8007052E, 0x8007051F, 0x80070534, 0x8007052F, 0x80070520})
"""Windows could not make a token for the account: Entra, or no domain controller could be reached."""
_LAST_RESULT = 6


@dataclass(frozen=True)
class Task:
    """What to run, and as whom."""

    name: str
    """Path in the scheduler, ``wslfleet\\…``."""
    sid: str
    logon_type: str
    line: str
    """The line for cmd.exe, by the rules of ``_port.cmd_line``."""
    seconds: int
    """Windows ends the task after this time."""
    at_logon: bool = False
    """Starts at the next logon of the user; otherwise on demand."""
    on_battery: bool = True
    """Starts and continues while the laptop runs on battery."""


def xml(task: Task) -> bytes:
    """TASK for ``schtasks /XML``: UTF-16LE with a byte order mark, because others are refused.

    In a session the program gets a console without a window: closing a window would end the work.
    """
    shell = f"{SYSTEM32}\\cmd.exe"
    arguments = f"/d /c {task.line}"
    if task.logon_type == INTERACTIVE:
        shell, arguments = f"{SYSTEM32}\\conhost.exe", f"--headless {shell} {arguments}"
    trigger = f"<LogonTrigger><Enabled>true</Enabled><UserId>{task.sid}</UserId></LogonTrigger>"
    stays = "false" if task.on_battery else "true"
    text = f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>wslfleet</Author>
    <Description>Sets up WSL for this user, once.</Description>
  </RegistrationInfo>
  <Triggers>{trigger if task.at_logon else ""}</Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{task.sid}</UserId>
      <LogonType>{task.logon_type}</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>{stays}</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>true</Hidden>
    <ExecutionTimeLimit>PT{task.seconds}S</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{escape(shell)}</Command><Arguments>{escape(arguments)}</Arguments></Exec>
  </Actions>
</Task>
"""
    return ("\ufeff" + text.replace("\n", "\r\n")).encode("utf-16-le")


def create_line(name: str, file: str) -> str:
    """Register the task NAME from the XML in FILE."""
    return cmd_line(SCHTASKS, ["/Create", "/TN", name, "/XML", file, "/F"])


def run_line(name: str) -> str:
    """Try to start NAME; exit code 0 only means that it was tried."""
    return cmd_line(SCHTASKS, ["/Run", "/TN", name])


def delete_line(name: str) -> str:
    """Delete NAME; exit code 1 if there is none."""
    return cmd_line(SCHTASKS, ["/Delete", "/TN", name, "/F"])


def query_line(name: str) -> str:
    """List NAME; exit code 1 if there is none."""
    return cmd_line(SCHTASKS, ["/Query", "/TN", name, "/FO", "CSV", "/V", "/NH"])


def last_result(output: bytes) -> int | None:
    """The last result in the output of ``query_line``, unsigned; None if it cannot be read."""
    for row in csv.reader(io.StringIO(output.decode("utf-8", "replace"))):
        try:
            return int(row[_LAST_RESULT]) & 0xFFFFFFFF
        except (IndexError, ValueError):
            continue
    return None
