# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Carry out the steps of a plan for WSL, and verify the outcome by the registry and the files."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import dism, files, msiexec
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER as PACKAGES
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import observe, online
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl import step as wsl_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.features import missing_features
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.goal import WslGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import Package, version_key
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.plan import WslPlan
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.state import WslState

SETTLE_SECONDS = 5.0
"""Seconds between two checks of an installation that goes on without us."""
STOP_SECONDS = 60.0
"""Seconds that everyone's WSL may take to stop."""
_ASKS = "the installer of WSL asks for a restart"
_REMOVAL_LOG = f"{PACKAGES}\\remove.log"


@dataclass
class Outcome:
    """The outcome of the steps so far; kept up to date, so a failure can report it too."""

    done: list[str] = field(default_factory=list)
    restart_reasons: list[str] = field(default_factory=list)
    changed: bool = False
    """Something was done; an update alone does not count, because it may have found nothing newer."""

    def add(self, step: Step) -> None:
        """STEP was carried out."""
        self.done.append(str(step))
        self.changed = self.changed or not isinstance(step, wsl_step.UpdateOnline)


def converge(
    runner: CommandRunner, plan: WslPlan, before: WslState, goal: WslGoal, timeout: float, outcome: Outcome
) -> WslState:
    """Carry out PLAN in order and verify it; returns the host afterwards.

    OUTCOME says what was done, even if StepFailed is raised. TIMEOUT: seconds for one step.
    """
    for step in plan.steps:
        apply_step(runner, step, before, timeout, outcome)
        outcome.add(step)
    after = settled(runner, goal, timeout)
    if after.version and after.damaged_files and goal.state != "absent":
        after = _mended(runner, after, goal, timeout, outcome)
    verify(after, plan, goal, outcome)
    return after


def apply_step(runner: CommandRunner, step: Step, before: WslState, timeout: float, outcome: Outcome) -> None:
    """Carry out STEP; raises StepFailed."""
    if isinstance(step, wsl_step.EnableFeature):
        if dism.enable(runner, step.name, step.all_parents, timeout):
            outcome.restart_reasons.append(f"the Windows feature {step.name} takes effect after a restart")
    elif isinstance(step, wsl_step.StopWsl):
        stop_everyone(runner)
    elif isinstance(step, wsl_step.InstallMsi):
        files.fetch(runner, step.package.source, step.package.path, timeout)
        # With this package 3010 may mean damage, which is read from the files afterwards.
        if msiexec.install(runner, step.package.path, timeout, ["SKIPMSIX=1"] if step.skip_msix else []):
            outcome.restart_reasons.append(_ASKS)
    elif isinstance(step, wsl_step.RepairMsi):
        _repair(runner, step.package, timeout)
    elif isinstance(step, wsl_step.RemoveMsi):
        files.make_folder(runner, PACKAGES)
        if msiexec.remove(runner, step.product_code, _REMOVAL_LOG, timeout):
            outcome.restart_reasons.append("files of the removed WSL are deleted at the next restart")
    elif isinstance(step, wsl_step.InstallOnline):
        online.install_online(runner, step, timeout)
    elif isinstance(step, wsl_step.UpdateOnline):
        online.online(runner, before.executable, step.arguments, timeout, "updating WSL online")
    else:
        raise TypeError(f"nothing carries out {step!r}")


def stop_everyone(runner: CommandRunner) -> None:
    """Stop WSLService, and with it all distributions of all users; raises StepFailed if they go on running."""
    runner.run(cmd_line(f"{SYSTEM32}\\sc.exe", ["stop", "WSLService"]), timeout=60)
    deadline = time.monotonic() + STOP_SECONDS
    while running := observe.running_now(runner):
        if time.monotonic() > deadline:
            raise StepFailed(
                f"WSL could not be stopped: {', '.join(running)} still runs {STOP_SECONDS:g} s after sc.exe stop"
                " WSLService; restart the host, then run again"
            )
        time.sleep(min(SETTLE_SECONDS, STOP_SECONDS / 10))


def _repair(runner: CommandRunner, package: Package, timeout: float) -> None:
    """Repair from the copy on the host if there is one, otherwise from PACKAGE."""
    kept = runner.run(cmd_line("dir", ["/b", package.path]), timeout=60).exit_code == 0
    if not kept:
        files.fetch(runner, package.source, package.path, timeout)
    msiexec.repair(runner, package.path, timeout)


def settled(runner: CommandRunner, goal: WslGoal, timeout: float) -> WslState:
    """The host after all installations have ended: one that has lost its client goes on."""
    deadline = time.monotonic() + timeout
    while True:
        now = observe.observe(runner, goal)
        if not now.installing or time.monotonic() + SETTLE_SECONDS > deadline:
            return now
        time.sleep(SETTLE_SECONDS)


def _mended(runner: CommandRunner, after: WslState, goal: WslGoal, timeout: float, outcome: Outcome) -> WslState:
    """Repair WSL if the next restart would delete files, because it was upgraded while it ran."""
    step = wsl_step.RepairMsi(goal.package_of(t.cast(str, after.version), after.architecture))
    try:
        stop_everyone(runner)
        apply_step(runner, step, after, timeout, outcome)
    except StepFailed as failed:
        raise StepFailed(f"{_alarm(after)}, and repairing it failed: {failed}") from None
    outcome.add(step)
    outcome.restart_reasons = [reason for reason in outcome.restart_reasons if reason != _ASKS]
    return settled(runner, goal, timeout)


def _alarm(after: WslState) -> str:
    return (
        f"WSL {after.version} is in place, but {', '.join(after.damaged_files)} is missing or would be"
        " deleted by the next restart; do not restart the host before it is repaired (msiexec /fvamus wsl.msi)"
    )


def verify(after: WslState, plan: WslPlan, goal: WslGoal, outcome: Outcome) -> None:
    """Check the result of the steps by the registry and the files; add reasons for a restart to OUTCOME.

    :raises StepFailed: WSL is not as wanted, or the next restart would damage it.
    """
    done = "; ".join(outcome.done)
    if goal.state == "absent":
        if after.version is not None:
            raise StepFailed(f"WSL {after.version} is still installed after: {done}; see {_REMOVAL_LOG} on the host")
        return
    if goal.method != "inbox" and after.version is None:
        hint = (
            online.WAY_OUT
            if any(isinstance(step, wsl_step.InstallOnline) for step in plan.steps)
            else "see the installer's log"
        )
        raise StepFailed(f"WSL is still not installed after: {done}; {hint}")
    if goal.version and not plan.deferred and version_key(after.version or "0") != version_key(goal.version):
        raise StepFailed(f"WSL {after.version} is installed after: {done}; wanted was {goal.version}")
    if after.version and after.damaged_files:
        raise StepFailed(_alarm(after))
    for name in missing_features(after.build, after.services, goal.method == "inbox"):
        reason = f"the Windows feature {name} takes effect after a restart"
        if reason not in outcome.restart_reasons:
            outcome.restart_reasons.append(reason)
