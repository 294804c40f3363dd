# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Observe the distributions of the account that is logged on, and carry out the steps of a plan."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _distribution_plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_files, _host_state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils import _host_queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution_plan import DistributionState, Step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distributions import find
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import (
    CommandRunner,
    CommandTimeout,
    Completed,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._reads import Reads, read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_command import run_wsl, wsl_failure, wsl_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import decode_text, list_verbose
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_plan import missing_features, version_key


def observe(runner: CommandRunner, name: str, executable: str) -> DistributionState:
    """Read what a plan for the distribution NAME needs, in one WinRS command.

    Only the service knows what runs, so wsl.exe is asked too; where WSL is missing that part fails and means nothing.
    """
    lines = {
        **q.windows(),
        **q.services(),
        **q.wsl(),
        **q.own_distributions(),
        "list": wsl_line(executable, ["--list", "--verbose"]),
    }
    return state_of(read(runner, lines), name)


def state_of(reads: Reads, name: str) -> DistributionState:
    """What READS tell about the distribution NAME."""
    wsl = _host_state.wsl(reads)
    listed = list_verbose(decode_text(reads.output("list")))
    return DistributionState(
        wsl_version=version_key(wsl.version) if wsl.version else None,
        found=find(_host_state.own_distributions(reads.registry), name),
        running=any(row.name.lower() == name.lower() and row.state == "Running" for row in listed),
        profile=_host_state.own_profile(reads),
        missing_features=tuple(missing_features(_host_state.windows(reads.registry).build, wsl.services)),
    )


def terminate(runner: CommandRunner, name: str, executable: str, really: bool) -> bool:
    """Stop the distribution NAME in one WinRS command; True when it ran. With REALLY false only look.

    A distribution that does not exist does not run, so that is no error. Raises StepFailed when stopping it failed.
    """
    lines = {"list": wsl_line(executable, ["--list", "--verbose"])}
    if really:
        lines["terminate"] = wsl_line(executable, ["--terminate", name])
    reads = read(runner, lines)
    rows = list_verbose(decode_text(reads.output("list")))
    running = any(row.name.lower() == name.lower() and row.state == "Running" for row in rows)
    if running and really and not reads.succeeded("terminate"):
        raise wsl_failure(f"stopping distribution {name}", Completed(1, reads.output("terminate"), b""))
    return running


def apply_step(runner: CommandRunner, step: Step, executable: str, timeout: float) -> None:
    """Carry out STEP within TIMEOUT seconds; raises StepFailed."""
    try:
        if isinstance(step, plans.Import):
            _import(runner, step, executable, timeout)
        else:
            run_wsl(runner, executable, _arguments(step), str(step), timeout=timeout)
    except StepFailed as error:
        if isinstance(step, plans.InstallOnline) and "WSL_E_DISTRO_NOT_FOUND" in str(error):
            raise StepFailed(
                f"{step} failed: the online list of WSL has no distribution {step.distribution_id!r};"
                " choose a name from wsl.exe --list --online, or name a file (source)"
            ) from None
        raise
    except CommandTimeout:
        raise StepFailed(
            f"{step} did not end within {timeout:g} s; where the host cannot download, name a file (source)"
        ) from None


def _arguments(step: Step) -> list[str]:
    if isinstance(step, plans.InstallOnline):
        renamed = ["--name", step.name] if step.name != step.distribution_id else []
        location = ["--location", step.location] if step.location else []
        version = ["--version", str(step.version)]
        return ["--install", step.distribution_id, *renamed, *location, *version, "--no-launch"]
    if isinstance(step, plans.Convert):
        return ["--set-version", step.name, str(step.version)]
    option = "--set-default" if isinstance(step, plans.MakeDefault) else "--unregister"
    return [option, step.name]


def _import(runner: CommandRunner, step: plans.Import, executable: str, timeout: float) -> None:
    """Import from the controller by a stream, or from an address by way of a file on the host."""
    _make_folder(runner, step.location.rpartition("\\")[0])
    if not _host_files.is_url(step.source):
        _run_import(runner, step, executable, "-", _content(step), timeout)
        return
    path = f"{_host_files.FOLDER}\\images\\{step.name}.tar"
    _host_files.download(runner, step.source, path, timeout)
    try:
        if step.sha256:
            _host_files.check_sha256(runner, path, step.sha256)
        _run_import(runner, step, executable, path, b"", timeout)
    finally:
        _host_files.remove(runner, path)


def _run_import(
    runner: CommandRunner, step: plans.Import, executable: str, file: str, stdin: bytes, timeout: float
) -> None:
    args = ["--import", step.name, step.location, file, "--version", str(step.version)]
    run_wsl(runner, executable, args, str(step), stdin, timeout)


def _content(step: plans.Import) -> bytes:
    source = Path(step.source)
    digest = _host_files.sha256_here(source)
    if step.sha256 and digest != step.sha256.lower():
        raise StepFailed(f"{source} on the controller has SHA-256 {digest}, expected was {step.sha256.lower()}")
    return source.read_bytes()


def _make_folder(runner: CommandRunner, folder: str) -> None:
    """Make FOLDER and those above it: wsl.exe makes only the last one. It fails where the folder exists already."""
    if len(folder) > len("C:\\"):
        runner.run(cmd_line("md", [folder]), timeout=60)


def verify(after: DistributionState, goal: plans.DistributionGoal) -> None:
    """Check by the registry that GOAL was reached; raises StepFailed."""
    there = after.found is not None and after.found.state == "installed"
    if goal.state == "present" and not there:
        raise StepFailed(
            f"distribution {goal.name} is not registered for this account although wsl.exe reported success;"
            " where the host still waits for a restart, restart it and run again"
        )
    if goal.state == "absent" and after.found is not None:
        raise StepFailed(f"distribution {goal.name} is still registered although wsl.exe reported success; run again")
