# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every simulated Windows program needs: its arguments, and lines in the laptop's language on its handles."""

from __future__ import annotations

from pathlib import Path

from lab.machine.drive import absolute, require_short
from lab.machine.process import NotModelled, Process
from lab.windows import arguments, languages
from lab.windows.access import may_write


def arguments_of(process: Process) -> list[str]:
    """The arguments without the program name, split by the C run time's rules."""
    return arguments.split(process.command_line)[1:]


def out(process: Process, text: str = "") -> None:
    """A line on stdout, in the code page of the console."""
    process.stdout.write(process.console.bytes_of(f"{text}\r\n"))


def err(process: Process, text: str = "") -> None:
    """A line on stderr."""
    process.stderr.write(process.console.bytes_of(f"{text}\r\n"))


def localised(process: Process, key: str, x: object = "", y: object = "") -> str:
    """Text KEY of lab/windows/languages.py in the language of the laptop."""
    return languages.text(process.laptop.state.language, key, x, y)


def path_of(process: Process, name: str) -> str:
    """NAME as an absolute Windows path, seen from the working directory; raises NotModelled for a share."""
    path = absolute(process.cwd, name)
    if path.startswith("\\\\"):
        raise NotModelled(f"the share {name} in {process.command_line}")
    require_short(path)
    return path


def output_file(process: Process, name: str) -> Path | None:
    """Where the file NAME stands that a program is about to write; None where it cannot be made.

    The folder or the drive is not there, no file can have the name, a folder has it, or the user has no right.
    """
    path = path_of(process, name)
    drive = process.laptop.drive
    try:
        file = drive.host_path(path)
    except FileNotFoundError:
        return None
    writable = file.parent.is_dir() and not file.is_dir() and may_write(process.user, path, process.laptop)
    return file if writable else None
