# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Import a distribution: an archive of the controller as a stream, everything else as a file that the host can read."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution import checked_copy
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._distribution.step import Import
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import file_stream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.sending import SentFile
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import run_told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import (
    digests,
    files,
    protected_folder,
    shares,
    sources,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe import command
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.client import error_code
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._wsl_exe.meter import WslMeter

ALREADY_THERE = "ERROR_ALREADY_EXISTS"


IMAGES = f"{files.FOLDER}\\images"


def import_(runner: CommandRunner, step: Import, executable: str, timeout: float) -> None:
    """Import an archive of the controller as a stream, everything else as a file that the host can read."""
    files.make_folder(runner, step.location.rpartition("\\")[0])  # wsl.exe makes only the last one
    kind, disk = sources.kind(step.source), sources.is_virtual_disk(step.source)
    there = kind in (sources.HOST, sources.SHARE)
    if there and not step.sha256:
        files.check_exists(runner, step.source)
        _run_import(runner, step, executable, step.source, b"", timeout)
        return
    if kind == sources.CONTROLLER:
        check_here(Path(step.source), None if disk else step.sha256)  # a disk's digest is checked when it is sent
        if not disk:
            sent = SentFile(Path(step.source), file_stream(Path(step.source)), WslMeter(str(step)))
            _run_import(runner, step, executable, "-", sent, timeout)
            return
    path = f"{IMAGES}\\{step.name}{'.vhd' if step.source.lower().endswith('.vhd') else '.vhdx' if disk else '.tar'}"
    protected_folder.make(runner, IMAGES, ["*.tar", "*.vhd", "*.vhdx", "*.part"])
    try:
        if there:
            checked_copy.bring(runner, step.source, step.sha256, path, timeout)
        else:
            files.fetch(runner, files.Source(step.source, step.sha256), path, timeout)
        _run_import(runner, step, executable, path, b"", timeout)
    finally:
        files.remove(runner, path)


def check_here(source: Path, sha256: str | None) -> None:
    """Compare the controller's file SOURCE with SHA256; raises StepFailed if it cannot be read or differs."""
    if not source.is_file():
        raise StepFailed(f"there is no file {source} on the controller; check the path")
    if sha256:
        digests.checked_digest_here(source, sha256)


def _run_import(
    runner: CommandRunner, step: Import, executable: str, file: str, stdin: bytes | SentFile, timeout: float
) -> None:
    vhd = ["--vhd"] if sources.is_virtual_disk(file) else []
    args = ["--import", step.name, step.location, file, "--version", str(step.version), *vhd]
    meter = stdin if isinstance(stdin, SentFile) else WslMeter(str(step))
    completed = run_told(runner, command.wsl_line(executable, args), stdin, timeout, meter)
    if completed.exit_code != 0:
        if (error_code(command.wsl_text(completed)) or "").endswith(ALREADY_THERE):
            raise StepFailed(
                f"distribution {step.name} appeared in the meantime: another run works on this laptop; run again"
            )
        why = files.why_unreadable(runner, file) if shares.is_share(file) else None
        raise StepFailed(f"{step} failed: {why}") if why else command.wsl_failure(str(step), completed)
