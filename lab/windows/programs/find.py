# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``find [/i] [/v] "text"`` on standard input, ``findstr [/i] [/v] /c:"text" [FILE]`` there or in a file.

find writes the ends of lines anew, findstr prints them as they are.
"""

from __future__ import annotations

import re

from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, err, out, path_of


@program("find")
def find(process: Process) -> int:
    """Print the lines of stdin that hold the text."""
    switches = [word.lower() for word in arguments_of(process) if word.startswith("/")]
    words = [word for word in arguments_of(process) if not word.startswith("/")]
    if len(words) != 1 or f'"{words[0]}"' not in process.command_line or set(switches) - {"/i", "/v"}:
        raise NotModelled(f"{process.command_line} (only /i, /v and one text in quotes, on stdin)")
    lines = _filter(words[0], switches, process.stdin.read_all())
    for line in lines:
        out(process, line.removesuffix("\n").removesuffix("\r"))
    return 0 if lines else 1


@program("findstr")
def findstr(process: Process) -> int:
    """As find, with the literal text in ``/c:``; regular expressions are not modelled."""
    words = arguments_of(process)
    texts = [word[3:] for word in words if word.lower().startswith("/c:")]
    switches = [word.lower() for word in words if word.startswith("/") and not word.lower().startswith("/c:")]
    files = [word for word in words if not word.startswith("/")]
    if len(texts) != 1 or set(switches) - {"/i", "/v", "/l"} or len(files) > 1 or any("*" in name for name in files):
        raise NotModelled(f'{process.command_line} (only /i, /v, /l and one /c:"text", on stdin or in one file)')
    if not texts[0]:
        raise NotModelled(f"{process.command_line} (without a text)")
    data = _content(process, files[0]) if files else process.stdin.read_all()
    if data is None:
        err(process, f"FINDSTR: Cannot open {files[0]}")
        return 1
    lines = _filter(texts[0], switches, data)
    process.stdout.write("".join(lines).encode("utf-8", "surrogatepass"))
    return 0 if lines else 1


def _content(process: Process, name: str) -> bytes | None:
    path = path_of(process, name)
    drive = process.laptop.drive
    return drive.host_path(path).read_bytes() if drive.is_file(path) else None


def _filter(text: str, switches: list[str], data: bytes) -> list[str]:
    """The lines of DATA that hold TEXT, with their ends; only a line feed ends one. Nothing is found by no text."""
    ignore_case, inverted = "/i" in switches, "/v" in switches
    wanted = text.lower() if ignore_case else text
    lines = re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8", "replace"))
    return [line for line in lines if (wanted != "" and wanted in (line.lower() if ignore_case else line)) != inverted]
