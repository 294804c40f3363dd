# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``find [/i] [/v] "text"`` and ``findstr [/i] [/v] /c:"text"`` on standard input."""

from __future__ import annotations

from lab.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, out


@program("find")
def find(process: Process) -> int:
    """Print the lines of stdin that hold the text."""
    switches = [word.lower() for word in arguments_of(process) if word.startswith("/")]
    words = [word for word in arguments_of(process) if not word.startswith("/")]
    if len(words) != 1 or f'"{words[0]}"' not in process.command_line or set(switches) - {"/i", "/v"}:
        raise NotModelled(f"{process.command_line} (only /i, /v and one text in quotes, on stdin)")
    return _filter(process, words[0], switches)


@program("findstr")
def findstr(process: Process) -> int:
    """As find, with the literal text in ``/c:``; regular expressions are not modelled."""
    words = arguments_of(process)
    texts = [word[3:] for word in words if word.lower().startswith("/c:")]
    switches = [word.lower() for word in words if not word.lower().startswith("/c:")]
    if len(texts) != 1 or set(switches) - {"/i", "/v", "/l"}:
        raise NotModelled(f'{process.command_line} (only /i, /v, /l and one /c:"text", on stdin)')
    return _filter(process, texts[0], switches)


def _filter(process: Process, text: str, switches: list[str]) -> int:
    ignore_case, inverted = "/i" in switches, "/v" in switches
    wanted = text.lower() if ignore_case else text
    found = False
    for line in process.stdin.read_all().decode("utf-8", "replace").splitlines():
        if (wanted in (line.lower() if ignore_case else line)) != inverted:
            out(process, line)
            found = True
    return 0 if found else 1
