# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Restart a host and wait until it is back: a new boot number says so, not an answer."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._pending_reboot import PendingReboot, pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner, CommandTimeout, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32, read

ALREADY_SCHEDULED = 1190
ALREADY_GOING_DOWN = 1115
POLL_SECONDS = 5.0
READ_SECONDS = 30.0


@dataclass(frozen=True)
class Clock:
    """Time, replaceable in tests. Both in seconds."""

    now: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Rebooted:
    """How a restart ended."""

    came_back: bool
    boot_id_before: int | None
    boot_id_after: int | None
    reasons_left: tuple[str, ...] = ()
    """What still waits for another restart."""
    seconds: float = 0.0


def observe(runner: CommandRunner) -> PendingReboot:
    """What waits for a restart now, in one WinRS command."""
    return pending_reboot(read(runner, q.pending_reboot(), timeout=READ_SECONDS))


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
    if before.boot_id is None:
        raise StepFailed(
            f"not restarted: {q.PREFETCH} has no BootId, so that nobody could tell a new boot from the old"
        )
    started = clock.now()
    _shut_down(runner, delay, message)
    clock.sleep(delay)
    after = _wait(runner, before.boot_id, started + delay + timeout, clock)
    seconds = clock.now() - started
    if after is None:
        return Rebooted(False, before.boot_id, None, before.reasons, seconds)
    return Rebooted(True, before.boot_id, after.boot_id, after.reasons, seconds)


def _shut_down(runner: CommandRunner, delay: int, message: str) -> None:
    line = cmd_line(f"{SYSTEM32}\\shutdown.exe", ["/r", "/t", str(delay), "/c", message])
    try:
        completed = runner.run(line, timeout=READ_SECONDS)
    except (HostUnreachable, CommandTimeout):
        return  # it was faster than the answer; the boot number will tell
    if completed.exit_code not in (0, ALREADY_SCHEDULED, ALREADY_GOING_DOWN):
        said = completed.stderr.decode("utf-8", "replace").strip() or "no message"
        raise StepFailed(f"the host was not restarted: shutdown.exe ended with {completed.exit_code}: {said}")


def _wait(runner: CommandRunner, old: int, deadline: float, clock: Clock) -> PendingReboot | None:
    """The state of the host in its new boot; None when it was not back before DEADLINE."""
    while clock.now() < deadline:
        try:
            now = observe(runner)
            if now.boot_id is not None and now.boot_id != old:
                return now
        except (HostUnreachable, CommandTimeout, StepFailed):
            pass  # still going down, away, or just coming up: that is what we wait through
        clock.sleep(POLL_SECONDS)
    return None
