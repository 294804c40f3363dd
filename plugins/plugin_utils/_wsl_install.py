# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Observe the WSL of a host, carry out the steps of a plan, and verify by the registry what became of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import (
    _dism,
    _host_files,
    _host_state,
    _msiexec,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import (
    _host_queries as q,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host_state import Wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._pending_reboot import PendingReboot, pending_reboot
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import CommandRunner, CommandTimeout, HostUnreachable
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import SYSTEM32, read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_command import wsl_failure, wsl_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_plan import (
    EnableFeature,
    InstallMsi,
    InstallOnline,
    Step,
    WslPlan,
    WslState,
    missing_features,
)

WAY_OUT = (
    "over a remote logon the online way depends on the account's own proxy settings: name the MSI package instead"
    " (msi: address or controller's path of wsl.<version>.x64.msi from github.com/microsoft/WSL/releases)"
)
_RUNNING = ("vmmemwsl", "wslhost.exe", "wsl.exe")


@dataclass(frozen=True)
class Observed:
    """The host before or after the steps."""

    state: WslState
    wsl: Wsl
    pending: PendingReboot


@dataclass
class Outcome:
    """What the steps left behind so far; kept up to date so that a failure can still tell it."""

    done: list[str] = field(default_factory=list)
    restart_reasons: list[str] = field(default_factory=list)


def observe(runner: CommandRunner, with_processes: bool = False) -> Observed:
    """Read what a plan needs, in one WinRS command; a second one asks dism.exe where services are missing."""
    lines = {**q.windows(), **q.services(), **q.wsl(), **q.pending_reboot()}
    reads = read(runner, {**lines, **(q.processes() if with_processes else {})})
    windows, wsl = _host_state.windows(reads.registry), _host_state.wsl(reads)
    missing = missing_features(windows.build, wsl.services)
    waiting = tuple(name for name in missing if _dism.enabled_or_pending(runner, name))
    state = WslState(
        build=windows.build,
        version=wsl.version,
        services=wsl.services,
        elevated=reads.succeeded("elevated"),
        allowed=wsl.allowed,
        running=running_programs(reads.output("processes")) if with_processes else None,
        enabled_features=waiting,
    )
    return Observed(state, wsl, pending_reboot(reads))


def running_programs(tasklist: bytes) -> tuple[str, ...]:
    """The programs in ``tasklist /fo csv /nh`` that show that someone's WSL runs, each once."""
    names = [line.partition('","')[0].strip('"') for line in tasklist.decode("utf-8", "replace").splitlines()]
    return tuple(dict.fromkeys(name for name in names if name.lower() in _RUNNING))


def apply(runner: CommandRunner, plan: WslPlan, before: Observed, timeout: float, outcome: Outcome) -> None:
    """Carry out PLAN in order; OUTCOME tells what was done, also when StepFailed is raised in the middle."""
    for step in plan.steps:
        _apply_step(runner, step, before, timeout, outcome)
        outcome.done.append(str(step))


def _apply_step(runner: CommandRunner, step: Step, before: Observed, timeout: float, outcome: Outcome) -> None:
    if isinstance(step, EnableFeature):
        if _dism.enable(runner, step.name, step.all_parents, timeout):
            outcome.restart_reasons.append(f"the Windows feature {step.name} takes effect after a restart")
    elif isinstance(step, InstallMsi):
        _fetch(runner, step, timeout)
        if _msiexec.install(runner, step.path, timeout):
            outcome.restart_reasons.append("the installer of WSL asks for a restart")
    elif isinstance(step, InstallOnline):
        args = ["--install", "--no-distribution"]
        _online(runner, f"{SYSTEM32}\\wsl.exe", args, timeout, "installing WSL online")
    else:
        _online(runner, before.wsl.executable, ["--update"], timeout, "updating WSL online")


def _fetch(runner: CommandRunner, step: InstallMsi, timeout: float) -> None:
    """Bring the package to the host; the digest is checked where the bytes are first in our hands."""
    if _host_files.is_url(step.source):
        _host_files.download(runner, step.source, step.path, timeout)
        if step.sha256:
            _host_files.check_sha256(runner, step.path, step.sha256)
        return
    source = Path(step.source)
    digest = _host_files.sha256_here(source)
    if step.sha256 and digest != step.sha256.lower():
        raise StepFailed(f"{source} on the controller has SHA-256 {digest}, expected was {step.sha256.lower()}")
    _host_files.upload(runner, source, step.path, timeout)


def _online(runner: CommandRunner, executable: str, args: t.Sequence[str], timeout: float, what: str) -> None:
    """Run wsl.exe's own download. Its exit code proves nothing; only a clear error of its own ends the step here."""
    try:
        completed = runner.run(wsl_line(executable, args), timeout=timeout)
    except CommandTimeout:
        raise StepFailed(f"{what} did not end within {timeout:g} s; {WAY_OUT}") from None
    except HostUnreachable:
        if args[0] != "--update":
            raise
        return  # an update may end its own process and with it the answer; the registry tells what became of it
    failure = wsl_failure(what, completed) if completed.exit_code == 0xFFFFFFFF else None
    if failure and "[Wsl/" in str(failure):
        raise StepFailed(f"{failure}; {WAY_OUT}")


def verify(before: Observed, after: Observed, plan: WslPlan, outcome: Outcome) -> None:
    """Check by the registry that the steps had their effect, and add the reasons for a restart to OUTCOME.

    :raises StepFailed: WSL is not there, or the next restart would damage it.
    """
    if after.wsl.version is None and plan.steps:
        hint = WAY_OUT if any(isinstance(step, InstallOnline) for step in plan.steps) else "see the installer's log"
        raise StepFailed(f"WSL is still not installed after: {'; '.join(outcome.done)}; {hint}")
    if after.pending.wsl_files and not before.pending.wsl_files:
        raise StepFailed(
            f"WSL {after.wsl.version} is in place, but the next restart would delete or replace"
            f" {', '.join(after.pending.wsl_files)}; repair it with msiexec /fvamus wsl.msi before any restart"
        )
    for name in missing_features(after.state.build, after.wsl.services):
        reason = f"the Windows feature {name} takes effect after a restart"
        if reason not in outcome.restart_reasons:
            outcome.restart_reasons.append(reason)
