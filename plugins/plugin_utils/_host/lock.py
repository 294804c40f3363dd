# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""A lock, so that only one run at a time changes distributions on a laptop: a folder with a file for the run.

The name of the file says when the run began, when its time ends, who started it, and its process. A crashed run blocks
others only for a limited time: the same controller sees at once that its process is gone, another one waits for the end
of its time. Reading and check mode need no lock.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import secrets
import socket
import time
import typing as t
from dataclasses import astuple, dataclass
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import (
    Batch,
    cmd_line,
    first_that_succeeds,
    while_successful,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import read

LOCK = f"{FOLDER}\\lock"
WAIT_SECONDS = 60.0
"""Seconds that a run waits for another one."""
POLL_SECONDS = 5.0
SPARE_SECONDS = 300
"""Seconds that a run may take in addition to its longest step."""
_NAME = re.compile(
    r"(\d{1,12})_(\d{1,12})_([A-Za-z0-9.@-]{1,80})_([a-z0-9]{0,40})_(\d{1,10})_(\d{1,20})_([a-f0-9]{8})\Z"
)


@dataclass(frozen=True)
class Holder:
    """One run that changes a laptop."""

    since: int
    """Seconds of the controller's clock, as the next field."""
    until: int
    who: str
    machine: str
    """Identifies the controller's running system and set of processes; empty if unknown."""
    process: int
    started: int
    """When PROCESS started, in the units of its system."""
    nonce: str

    @property
    def name(self) -> str:
        """The name of its file."""
        return "_".join(map(str, astuple(self)))

    @classmethod
    def read(cls, name: str) -> Holder | None:
        """The run of the file NAME; None if it is not a file of ours."""
        found = _NAME.match(name)
        if found is None:
            return None
        since, until, who, machine, process, started, nonce = found.groups()
        return cls(int(since), int(until), who, machine, int(process), int(started), nonce)

    def is_over(self, here: Holder) -> bool:
        """Whether this run has ended, as far as HERE can know."""
        if self.machine and self.machine == here.machine:
            return started_at(self.process) != self.started or (self.process, self.started) == (
                here.process,
                here.started,
            )
        return here.since > self.until


def holder_here(seconds: float) -> Holder:
    """This run, which may take SECONDS."""
    now, process = int(time.time()), os.getpid()
    who = re.sub(r"[^A-Za-z0-9.@-]", "-", f"{_user()}@{socket.gethostname()}")[:80]
    until = now + int(seconds) + SPARE_SECONDS
    return Holder(now, until, who, _machine(), process, started_at(process), secrets.token_hex(4))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _machine() -> str:
    """Identifies this running system and this set of processes (of a container)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        processes = os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""
    return re.sub(r"[^a-z0-9]", "", boot)[:16] + re.sub(r"[^0-9]", "", processes)


def started_at(process: int) -> int:
    """When PROCESS of this system started; 0 if there is none."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return int(stat.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


@contextlib.contextmanager
def alone(runner: CommandRunner, seconds: float, sleep: t.Callable[[float], None] = time.sleep) -> t.Iterator[bool]:
    """Hold the lock of the laptop. The value is true after waiting: then what was observed before is out of date.

    An account without administrator rights works without a lock: it cannot make one, nor change others' distributions.

    :arg seconds: the time limit of the longest step.
    :raises StepFailed: another run holds it for longer than ``WAIT_SECONDS``.
    """
    mine = holder_here(seconds)
    waited = _acquire(runner, mine, sleep)
    try:
        yield waited
    except HostUnreachable:
        raise  # the next run finds the lock
    except BaseException:
        _release(runner, mine)
        raise
    _release(runner, mine)


def _acquire(runner: CommandRunner, mine: Holder, sleep: t.Callable[[float], None]) -> bool:
    waited, attempt, empty = 0.0, _first(mine), 0
    while True:
        names = _after(runner, attempt)
        if mine.name in names:
            return waited > 0
        found = next((holder for holder in map(Holder.read, names) if holder), None)
        attempt = _first(mine)
        if names and found is None:
            raise StepFailed(f"{LOCK} on the host contains {names[0][:100]!r}, which no run has put there: remove it")
        if found is None:
            # A run has just ended, the power failed between folder and file, or there is no right to make the folder.
            if empty == 2:
                return waited > 0
            empty += 1
            attempt = first_that_succeeds(while_successful(cmd_line("rd", [LOCK]), _first(mine)), _first(mine))
            continue
        if found.is_over(mine):
            attempt = cmd_line("ren", [f"{LOCK}\\{found.name}", mine.name])  # one of those who try this succeeds
            continue
        if waited >= WAIT_SECONDS:
            raise _busy(found)
        sleep(POLL_SECONDS)
        waited += POLL_SECONDS


def _first(mine: Holder) -> str:
    return while_successful(cmd_line("md", [LOCK]), f'type nul>"{LOCK}\\{mine.name}"')


def _after(runner: CommandRunner, attempt: str) -> list[str]:
    """The files of the lock after the line ATTEMPT."""
    lines = {"folder": cmd_line("md", [FOLDER]), "attempt": attempt, "lock": cmd_line("dir", ["/b", LOCK])}
    reads = read(runner, lines, 60, what="looking for another run on this laptop")
    return reads.output("lock").decode("utf-8", "replace").split() if reads.succeeded("lock") else []


def _busy(holder: Holder) -> StepFailed:
    since, until = (time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment)) for moment in (holder.since, holder.until))
    return StepFailed(
        f"another run works on this laptop (since {since}, by {holder.who}): run again when it has ended; if it"
        f" has crashed, the lock expires at {until}"
    )


def _release(runner: CommandRunner, mine: Holder) -> None:
    """Release the lock, unless another run has taken it over."""
    runner.run(Batch([cmd_line("del", ["/f", "/q", f"{LOCK}\\{mine.name}"]), cmd_line("rd", [LOCK])]).line, timeout=60)
