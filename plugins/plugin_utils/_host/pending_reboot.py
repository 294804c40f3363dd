# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Whether a host waits for a restart, why, and which boot it is in.

A pending rename alone is ignored (browsers cause them all day), except for WSL's own files, which Windows would delete
or replace at the next restart.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.events import events
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads

_WSL_FOLDER = "\\program files\\wsl\\"


@dataclass(frozen=True)
class PendingReboot:
    """What the registry says about restarts."""

    reasons: tuple[str, ...]
    boot_id: int | None
    """Raised by Windows at each boot; None if the value is missing."""
    wsl_files: tuple[str, ...]
    """Files of WSL that the next restart would delete or replace: WSL must be repaired before it."""
    in_progress: bool = False
    """Windows is applying something right now, at the start of a boot."""
    boot_record: int | None = None
    """Number of the newest event "the operating system started"; None if the log has none any more."""


def pending_reboot(reads: Reads) -> PendingReboot:
    """From the reads ``_host.queries.pending_reboot`` (and the computer's names, if they were read)."""
    reasons = []
    if reads.succeeded("servicing"):
        reasons.append("Windows features or updates wait for a restart (Component Based Servicing)")
    if reads.succeeded("servicing_now"):
        reasons.append("Windows is in the middle of servicing (RebootInProgress)")
    if reads.succeeded("windows_update"):
        reasons.append("Windows Update waits for a restart")
    wanted = reads.registry.text(keys.COMPUTER_NAME, "ComputerName")
    active = reads.registry.text(keys.ACTIVE_COMPUTER_NAME, "ComputerName")
    if wanted and active and wanted.lower() != active.lower():
        reasons.append(f"the computer will be renamed from {active} to {wanted}")
    files = _wsl_files(reads)
    if files:
        reasons.append(f"files of WSL will be replaced: {', '.join(files)}")
    boots = events(reads.output("boot_event"))
    record = boots[0].record if boots else None
    return PendingReboot(
        tuple(reasons),
        reads.registry.number(keys.PREFETCH, "BootId"),
        tuple(files),
        reads.succeeded("servicing_now"),
        record,
    )


def _wsl_files(reads: Reads) -> list[str]:
    renames = reads.registry.get(keys.SESSION_MANAGER, "PendingFileRenameOperations")
    if not isinstance(renames, list):
        return []
    return [path.lstrip("!*1234567890").removeprefix("\\??\\") for path in renames if _WSL_FOLDER in path.lower()]
