# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``find [/i] [/v] "text"`` on standard input, ``findstr [/i] [/v] /c:"text" [FILE]`` there or in a file."""

from __future__ import annotations

from lab.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, err, out, path_of


@program("find")
def find(process: Process) -> int:
    """Print the lines of stdin that hold the text."""
    switches = [word.lower() for word in arguments_of(process) if word.startswith("/")]
    words = [word for word in arguments_of(process) if not word.startswith("/")]
    if len(words) != 1 or f'"{words[0]}"' not in process.command_line or set(switches) - {"/i", "/v"}:
        raise NotModelled(f"{process.command_line} (only /i, /v and one text in quotes, on stdin)")
    return _filter(process, words[0], switches, process.stdin.read_all())


@program("findstr")
def findstr(process: Process) -> int:
    """As find, with the literal text in ``/c:``; regular expressions are not modelled."""
    words = arguments_of(process)
    texts = [word[3:] for word in words if word.lower().startswith("/c:")]
    switches = [word.lower() for word in words if word.startswith("/") and not word.lower().startswith("/c:")]
    files = [word for word in words if not word.startswith("/")]
    if len(texts) != 1 or set(switches) - {"/i", "/v", "/l"} or len(files) > 1 or any("*" in name for name in files):
        raise NotModelled(f'{process.command_line} (only /i, /v, /l and one /c:"text", on stdin or in one file)')
    if not files:
        return _filter(process, texts[0], switches, process.stdin.read_all())
    path = path_of(process, files[0])
    if not process.laptop.drive.is_file(path):
        err(process, f"FINDSTR: Cannot open {files[0]}")
        return 1
    return _filter(process, texts[0], switches, process.laptop.drive.host_path(path).read_bytes())


def _filter(process: Process, text: str, switches: list[str], data: bytes) -> int:
    ignore_case, inverted = "/i" in switches, "/v" in switches
    wanted = text.lower() if ignore_case else text
    found = False
    for line in data.decode("utf-8", "replace").splitlines():
        if (wanted in (line.lower() if ignore_case else line)) != inverted:
            out(process, line)
            found = True
    return 0 if found else 1
