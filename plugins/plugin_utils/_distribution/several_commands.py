# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""The steps on a distribution that need more than one command of wsl.exe."""

from __future__ import annotations

import typing as t

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import importing
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import plan as plans
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import step as distribution_step
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys, state
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import queries as q
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import find
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import files
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import REG, read
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import command as wsl_exe_command
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import FAILED, inside


def set_manifest(runner: CommandRunner, step: distribution_step.SetManifest, executable: str, timeout: float) -> None:
    """Write the address of the list of distributions; raises StepFailed."""
    del executable
    _set_value(runner, keys.LXSS_MACHINE, "DistributionListUrl", "REG_SZ", step.address, timeout)


def _set_value(runner: CommandRunner, key: str, name: str, kind: str, data: str, timeout: float) -> None:
    completed = runner.run(cmd_line(REG, ["add", key, "/v", name, "/t", kind, "/d", data, "/f"]), timeout=timeout)
    if completed.exit_code != 0:
        raise StepFailed(f"{name} in {key} could not be set: {completed.last_line}; administrator rights are needed")


def remove_unfinished(
    runner: CommandRunner, step: distribution_step.RemoveUnfinished, executable: str, timeout: float
) -> None:
    """Remove an unfinished registration, unless someone is working on it; raises StepFailed.

    A running import or installation has a wsl.exe that waits for it. The service also refuses.
    """
    programs = read(runner, q.processes()).output("processes").decode("utf-8", "replace").lower()
    if '"wsl.exe"' in programs:
        raise StepFailed(
            f"distribution {step.name} is being imported or installed, a wsl.exe works on the host;"
            " run again when that has ended"
        )
    wsl_exe_command.run_wsl(runner, executable, ["--unregister", step.name], str(step), timeout=timeout)


def export(runner: CommandRunner, step: distribution_step.Export, executable: str, timeout: float) -> None:
    """Export to another file in the same folder and rename it, so a file with the target's name is complete.

    wsl.exe truncates its target before it searches the distribution, and ``ren`` refuses an existing name.
    """
    folder, _separator, name = step.path.rpartition("\\")
    stem, dot, extension = name.rpartition(".")
    unfinished = f"{folder}\\{stem if dot else extension}.unfinished.{extension if dot else 'tar'}"
    formats = ["--vhd"] if step.format == "vhdx" else ["--format", step.format] if step.format != "tar" else []
    files.make_folder(runner, folder)
    files.remove(runner, unfinished)
    wsl_exe_command.run_wsl(
        runner, executable, ["--export", step.name, unfinished, *formats], str(step), timeout=timeout
    )
    if runner.run(cmd_line("ren", [unfinished, name]), timeout=60).exit_code != 0:
        raise StepFailed(f"{step.path} appeared while {step.name} was exported; the export is left in {unfinished}")


def set_default_user(
    runner: CommandRunner, step: distribution_step.SetDefaultUser, executable: str, timeout: float
) -> None:
    """Make the user without questions, write DefaultUid, and check as which user the distribution starts.

    The user has no password. The first start by a person would otherwise run the distribution's own questions, so
    RunOOBE is cleared. ``--manage --set-default-user`` does the same, but not in every WSL.
    """
    known, made, grouped = plans.user_commands(step.user)
    uid = _linux(runner, executable, step, known, timeout, refusal=True)
    if uid is None:
        _linux(runner, executable, step, made, timeout)
        _linux(runner, executable, step, grouped, timeout, refusal=True)
        uid = _linux(runner, executable, step, known, timeout)
    key = _registration(runner, step.name)
    _set_value(runner, key, "DefaultUid", "REG_DWORD", (uid or "").strip(), timeout)
    _set_value(runner, key, "RunOOBE", "REG_DWORD", "0", timeout)
    wsl_exe_command.run_wsl(runner, executable, ["--terminate", step.name], str(step), timeout=timeout)
    _check_user(runner, executable, step, timeout)
    if step.stop:
        wsl_exe_command.run_wsl(runner, executable, ["--terminate", step.name], str(step), timeout=timeout)


def _linux(
    runner: CommandRunner,
    executable: str,
    step: distribution_step.SetDefaultUser,
    command: list[str],
    timeout: float,
    refusal: bool = False,
) -> str | None:
    """The output of COMMAND as root; None if it failed and REFUSAL allows that. Raises StepFailed."""
    completed = runner.run(wsl_exe_command.wsl_line(executable, inside(step.name, command)), timeout=timeout)
    if completed.exit_code == FAILED:
        raise wsl_exe_command.wsl_failure(str(step), completed)
    if completed.exit_code != 0 and not refusal:
        told = " ".join(wsl_exe_command.wsl_text(completed).split()) or "no message"
        raise StepFailed(f"{step} failed: {command[0]} ended with {completed.exit_code}, {told}")
    return completed.stdout.decode("utf-8", "replace") if completed.exit_code == 0 else None


def _registration(runner: CommandRunner, name: str) -> str:
    """The registry key of the distribution NAME of this account."""
    reads = read(runner, q.own_distributions())
    found = find(state.own_distributions(reads.registry), name)
    if found is None:
        raise StepFailed(f"distribution {name} is not registered for this account; run again")
    return f"HKCU\\{keys.LXSS_USER}\\{found.guid}"


def _check_user(runner: CommandRunner, executable: str, step: distribution_step.SetDefaultUser, timeout: float) -> None:
    args = inside(step.name, ["/usr/bin/id", "-un"], user=None)
    completed = runner.run(wsl_exe_command.wsl_line(executable, args), timeout=timeout)
    user = completed.stdout.decode("utf-8", "replace").strip()
    if completed.exit_code != 0:
        raise wsl_exe_command.wsl_failure(str(step), completed)
    if user != step.user:
        raise StepFailed(
            f"distribution {step.name} starts as {user} and not as {step.user}: its /etc/wsl.conf names a default user,"
            " which wins; set user.default there with the module wsl_conf"
        )


SPECIAL: t.Dict[type, t.Callable[[CommandRunner, t.Any, str, float], None]] = {
    distribution_step.SetManifest: set_manifest,
    distribution_step.RemoveUnfinished: remove_unfinished,
    distribution_step.Import: importing.import_,
    distribution_step.Export: export,
    distribution_step.SetDefaultUser: set_default_user,
}
"""Step -> the function that carries it out, with (runner, step, executable, seconds)."""
