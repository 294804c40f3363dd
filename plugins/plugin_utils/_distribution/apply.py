# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Observe the distributions of the account that is logged on, and carry out the steps of a plan."""

from __future__ import annotations

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import several_commands
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.goal import DistributionGoal
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys, state, windows
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import wsl as host_wsl
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import find
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, CommandTimeout, Completed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import Reads, read, registry_query
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.step import Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.features import missing_features
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl.package import version_key
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import command
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import EXECUTABLE, decode_text, list_verbose


def observe(
    runner: CommandRunner, name: str, executable: str | None = None, target: str | None = None
) -> plans.DistributionState:
    """Read what a plan for the distribution NAME needs, in one WinRS command.

    Only the service knows what runs, so wsl.exe is asked too; if WSL is missing, that read fails, which is ignored.

    :arg executable: wsl.exe; None: that of the package. If it is not in its usual folder, a second command is needed.
    :arg target: a file on the host; its existence is read too.
    """
    lines = {**q.windows(), **q.services(), **q.wsl(), **q.own_distributions()}
    if target:
        lines["target"] = cmd_line("dir", ["/b", target])
    lines["list"] = command.wsl_line(executable or EXECUTABLE, ["--list", "--verbose"])
    reads = read(runner, lines)
    wsl = host_wsl.wsl(reads)
    if executable is None and wsl.version and wsl.executable.lower() != EXECUTABLE.lower():
        reads.parts["list"] = read(runner, {"list": command.wsl_line(wsl.executable, ["--list", "--verbose"])}).parts[
            "list"
        ]
    return state_of(reads, name, executable or wsl.executable)


def state_of(reads: Reads, name: str, executable: str) -> plans.DistributionState:
    """The state of the distribution NAME in READS."""
    wsl = host_wsl.wsl(reads)
    return plans.DistributionState(
        wsl_version=version_key(wsl.version) if wsl.version else None,
        found=find(state.own_distributions(reads.registry), name),
        running=_is_running(reads, name),
        profile=state.own_profile(reads),
        missing_features=tuple(missing_features(windows.windows(reads.registry).build, wsl.services)),
        executable=executable,
        manifest=reads.registry.text(keys.LXSS_MACHINE, "DistributionListUrl"),
        wsl1=wsl.services[plans.WSL1_SERVICE],
        exported=reads.succeeded("target"),
    )


def _is_running(reads: Reads, name: str) -> bool:
    listed = list_verbose(decode_text(reads.output("list")))
    return any(row.name.lower() == name.lower() and row.state == "Running" for row in listed)


def terminate(runner: CommandRunner, name: str, executable: str | None, really: bool) -> bool:
    """Stop the distribution NAME in one WinRS command. Returns True if it ran. If REALLY is false, only checks that.

    A missing distribution does not run, so it is no error. Raises StepFailed if stopping failed.
    """
    reads = _list_and_terminate(runner, name, executable or EXECUTABLE, really)
    place = host_wsl.Wsl(None, reads.registry.text(keys.LXSS_MSI, "InstallLocation"), {}, {}).executable
    if executable is None and place.lower() != EXECUTABLE.lower():
        reads = _list_and_terminate(runner, name, place, really)
    running = _is_running(reads, name)
    if executable is None and not reads.succeeded("place") and reads.succeeded("inbox"):
        raise plans.inbox_only(name, "stopped")
    if running and really and not reads.succeeded("terminate"):
        raise command.wsl_failure(f"stopping distribution {name}", Completed(1, reads.output("terminate"), b""))
    return running


def _list_and_terminate(runner: CommandRunner, name: str, executable: str, really: bool) -> Reads:
    lines = {
        "place": registry_query(keys.LXSS_MSI, "InstallLocation"),
        "inbox": registry_query(f"{keys.SERVICES}\\{plans.WSL1_SERVICE}", "Start"),
        "list": command.wsl_line(executable, ["--list", "--verbose"]),
    }
    if really:
        lines["terminate"] = command.wsl_line(executable, ["--terminate", name])
    return read(runner, lines)


def apply_step(runner: CommandRunner, step: Step, executable: str, timeout: float) -> None:
    """Carry out STEP within TIMEOUT seconds; raises StepFailed."""
    try:
        if type(step) in several_commands.SPECIAL:
            several_commands.SPECIAL[type(step)](runner, step, executable, timeout)
        else:
            command.run_wsl(runner, executable, _arguments(step), str(step), timeout=timeout)
    except command.WslFailed as error:
        if isinstance(step, distribution_step.InstallOnline) and error.code.endswith("WSL_E_DISTRO_NOT_FOUND"):
            raise StepFailed(
                f"{step} failed: the online list of WSL has no distribution {step.distribution_id!r};"
                " choose a name from wsl.exe --list --online, or name a file (source)"
            ) from None
        raise
    except CommandTimeout:
        raise StepFailed(
            f"{step} did not end within {timeout:g} s; if the host cannot download, set a file (source)"
        ) from None


def _arguments(step: Step) -> list[str]:
    """The arguments of wsl.exe for a step that needs only one command."""
    if isinstance(step, distribution_step.InstallOnline):
        renamed = ["--name", step.name] if step.name != step.distribution_id else []
        location = ["--location", step.location] if step.location else []
        version = ["--version", str(step.version)]
        return ["--install", step.distribution_id, *renamed, *location, *version, "--no-launch"]
    if isinstance(step, distribution_step.Convert):
        return ["--set-version", step.name, str(step.version)]
    if isinstance(step, distribution_step.MakeDefault):
        return ["--set-default", step.name]
    if isinstance(step, distribution_step.Unregister):
        return ["--unregister", step.name]
    raise StepFailed(f"{step} is not one command of wsl.exe")


def verify(after: plans.DistributionState, goal: DistributionGoal) -> None:
    """Check by the registry that GOAL was reached; raises StepFailed."""
    there = after.found is not None and after.found.state == "installed"
    if goal.state == "present" and not there:
        raise StepFailed(
            f"distribution {goal.name} is not registered for this account although wsl.exe reported success;"
            " if the host still waits for a restart, restart it and run again"
        )
    if goal.state == "present" and after.found is not None and after.found.version != goal.version:
        raise StepFailed(f"distribution {goal.name} is still WSL {after.found.version} after its conversion; run again")
    if goal.state == "absent" and after.found is not None:
        raise StepFailed(f"distribution {goal.name} is still registered although wsl.exe reported success; run again")
    if goal.state == "exported" and not after.exported:
        raise StepFailed(f"{goal.path} is not there although wsl.exe reported success; run again")
