# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Send a file or several through WinRM: as a tar archive that tar.exe unpacks."""

from __future__ import annotations

import io
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port import port
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.byte_stream import tar_stream
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.sending import SentFile
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.telling import run_told
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import SYSTEM32


def upload(runner: port.CommandRunner, source: Path, path: str, timeout: float) -> None:
    """Send the controller's file SOURCE to PATH, which lies in a folder of a folder of C:; raises StepFailed."""
    folder, name = _place_in_archive(path)
    sent = SentFile(source, tar_stream(source, name))
    _check_unpacked(run_told(runner, _unpack_line(folder), sent, timeout, sent), f"{source} to {path}")


def upload_contents(runner: port.CommandRunner, files: t.Mapping[str, bytes], timeout: float) -> None:
    """Write FILES (path in a folder of one folder of C: -> content) in one WinRS command; raises StepFailed."""
    line, archive = unpacking(files)
    _check_unpacked(runner.run(line, archive, timeout), ", ".join(files))


def unpacking(files: t.Mapping[str, bytes]) -> tuple[str, bytes]:
    """The line that writes FILES as ``upload_contents`` does, and its standard input."""
    archive, folder = io.BytesIO(), ""
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as packed:
        for path, content in files.items():
            folder, name = _place_in_archive(path)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    return _unpack_line(folder), archive.getvalue()


def _place_in_archive(path: str) -> tuple[str, str]:
    """The folder of C: in which an archive with PATH is unpacked, and the name that PATH has in it."""
    drive, top, *names = path.split("\\")
    return f"{drive}\\{top}", "/".join(names)


def _check_unpacked(completed: port.Completed, what: str) -> None:
    """Raise StepFailed unless tar.exe has unpacked WHAT."""
    if completed.exit_code != 0:
        raise StepFailed(
            f"the host could not unpack {what}: tar.exe ended with {completed.exit_code}, {completed.last_line};"
            " check the free space on C:"
        )


def _unpack_line(folder: str) -> str:
    return cmd_line(f"{SYSTEM32}\\tar.exe", ["-xf", "-", "-C", folder])
