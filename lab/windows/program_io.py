# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every simulated Windows program needs: its arguments, and lines in the laptop's language on its handles."""

from __future__ import annotations

from lab.process import Process
from lab.windows import arguments, languages
from lab.windows.drive import absolute


def arguments_of(process: Process) -> list[str]:
    """The arguments without the program name, split by the C run time's rules."""
    return arguments.split(process.command_line)[1:]


def out(process: Process, text: str = "") -> None:
    """A line on stdout, in UTF-8 (code page 65001)."""
    process.stdout.write(f"{text}\r\n".encode("utf-8", "surrogatepass"))


def err(process: Process, text: str = "") -> None:
    """A line on stderr."""
    process.stderr.write(f"{text}\r\n".encode("utf-8", "surrogatepass"))


def localised(process: Process, key: str, x: object = "", y: object = "") -> str:
    """Text KEY of lab/windows/languages.py in the language of the laptop."""
    return languages.text(process.laptop.state.language, key, x, y)


def path_of(process: Process, name: str) -> str:
    """NAME as an absolute Windows path, seen from the working directory."""
    return absolute(process.cwd, name)
