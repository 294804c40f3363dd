# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Restart a host and wait until it is back, which a new boot number or start event shows, not just an answer."""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.pending_reboot import PendingReboot, pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import (
    CommandRunner,
    CommandTimeout,
    HostUnreachable,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32, read

ALREADY_SCHEDULED = 1190
ALREADY_GOING_DOWN = 1115
POLL_SECONDS = 5.0
READ_SECONDS = 30.0


@dataclass(frozen=True)
class Clock:
    """Time, replaceable in tests. The first two in seconds."""

    now: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep
    utc: t.Callable[[], datetime] = lambda: datetime.now(timezone.utc)


@dataclass(frozen=True)
class Rebooted:
    """How a restart ended."""

    came_back: bool
    reasons_left: tuple[str, ...] = ()
    """Reasons for another restart."""
    seconds: float = 0.0
    restarts: int = 1
    put_off: tuple[str, ...] = ()
    """Why another restart, which is needed, was put off."""


def observe(runner: CommandRunner) -> PendingReboot:
    """The current reasons for a restart, in one WinRS command."""
    return pending_reboot(read(runner, q.pending_reboot(), timeout=READ_SECONDS))


def restart_until_done(
    once: t.Callable[[], Rebooted], restarts: int, obstacles: t.Callable[[], t.Sequence[str]]
) -> Rebooted:
    """Restart ONCE, and again while something still waits for one, RESTARTS times at most.

    Optional features of Windows sometimes need two. OBSTACLES says why another one must be put off; so does a
    failure, which must not hide that there was a restart already.
    """
    ended = once()
    while ended.came_back and ended.reasons_left and ended.restarts < restarts:
        put_off = tuple(obstacles())
        if put_off:
            return replace(ended, put_off=put_off)
        try:
            again = once()
        except StepFailed as error:
            return replace(ended, put_off=(str(error),))
        ended = replace(again, seconds=ended.seconds + again.seconds, restarts=ended.restarts + 1)
    return ended


def restart(runner: CommandRunner, delay: int, message: str, timeout: float, clock: Clock | None = None) -> Rebooted:
    """Restart the host and wait for it.

    :arg delay: seconds until Windows goes down; above 0 it closes applications by force, as shutdown.exe documents.
    :arg timeout: seconds to wait for the host after it went down.
    :raises StepFailed: WSL would be damaged, the boot number is missing, or shutdown.exe refused.
    """
    clock = clock or Clock()
    before = observe(runner)
    if before.wsl_files:
        raise StepFailed(
            f"not restarted: Windows would delete or replace {', '.join(before.wsl_files)};"
            " repair WSL with msiexec /fvamus wsl.msi first"
        )
    if before.boot_id is None and before.boot_record is None:
        raise StepFailed(
            f"not restarted: {keys.PREFETCH} has no BootId and the event log has no start of Windows, so a new"
            " boot could not be recognised"
        )
    started = clock.now()
    _shut_down(runner, delay, message)
    clock.sleep(delay)
    after = _wait(runner, before, started + delay + timeout, clock)
    seconds = clock.now() - started
    return Rebooted(after is not None, (after or before).reasons, seconds)


def _shut_down(runner: CommandRunner, delay: int, message: str) -> None:
    line = cmd_line(f"{SYSTEM32}\\shutdown.exe", ["/r", "/t", str(delay), "/c", message])
    try:
        completed = runner.run(line, timeout=READ_SECONDS)
    except (HostUnreachable, CommandTimeout):
        return  # the restart was faster than the answer; the boot number will show it
    if completed.exit_code not in (0, ALREADY_SCHEDULED, ALREADY_GOING_DOWN):
        told = f"shutdown.exe ended with {completed.exit_code}: {completed.last_line}"
        raise StepFailed(f"the host was not restarted: {told}")


def _is_new(before: PendingReboot, now: PendingReboot) -> bool:
    """Either sign is enough: the number in the registry may be late, the log may have lost the event."""
    pairs = ((before.boot_id, now.boot_id), (before.boot_record, now.boot_record))
    return any(new is not None and new != old for old, new in pairs if old is not None)


def _wait(runner: CommandRunner, before: PendingReboot, deadline: float, clock: Clock) -> PendingReboot | None:
    """The state of the host in its new boot, after servicing has ended; None if it was not back before DEADLINE."""
    latest = None
    while clock.now() < deadline:
        # Meanwhile the host is shutting down, off, or starting.
        with contextlib.suppress(HostUnreachable, CommandTimeout, StepFailed):
            now = observe(runner)
            if _is_new(before, now):
                latest = now
                if not now.in_progress:
                    return now
        clock.sleep(POLL_SECONDS)
    return latest
