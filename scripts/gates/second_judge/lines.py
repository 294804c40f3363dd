# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines that the collection sends, as a list that is kept, and when a line is of a kind that it lacks.

The lab collects the lines (lab/machine/recorded_lines.py). What differs from run to run is replaced by something of the
same shape: marks of batches, security identifiers, digests, names of locks. As root, add the lines of one test, or make
the list again from all:

    WSLFLEET_LAB_LINES=/tmp/lines pytest -q tests/integration/test_guard.py
    python -m scripts.gates.second_judge.lines --add /tmp/lines
    WSLFLEET_LAB_LINES=/tmp/all pytest -q tests/integration && python -m scripts.gates.second_judge.lines /tmp/all
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts.gates.paths import ROOT

LIST = ROOT / "tests" / "integration" / "cmd_lines.txt"
MARK = "MARKMARK"
LINE_BREAK = "\u2424"
"""Stands for a line break in a command line, of which cmd.exe drops what follows."""

_HEADER = """\
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The command lines that the collection sent in the integration tests. Made by scripts/gates/second_judge/lines.py.
"""
_BATCH = re.compile(r"echo ([A-Za-z0-9]{8})-begin&")
_PART = re.compile(rf"&&echo {MARK}-\d+-0\|\|echo {MARK}-\d+-1&?")
_SSH = re.compile(
    r"^cmd\.exe /C >nul [^&]*&(?:echo (?P<mark>[A-Za-z0-9]{8})&>&2 echo (?P=mark)&)?(?P<line>.*?)"
    r"(?P<report>(?:\)&&>&2 echo (?P=mark)-0\|\||&)>&2 call echo (?P=mark)-.*)?$",
    re.DOTALL,
)
"""A line as it travels over SSH, see ``plugin_utils/_port/ssh_line.py``."""
_SAME_SHAPE = (
    (re.compile(r"S-1-5-21-\d+-\d+-\d+-\d+"), "S-1-5-21-1-2-3-1001"),
    (re.compile(r"S-1-12-1-\d+-\d+-\d+-\d+"), "S-1-12-1-1-2-3-4"),
    (re.compile(r"\b\d+_\d+_\w+@[\w.-]+|\b\d{10}_\d{10}_[\w.-]+"), "1_2_lock"),
    (re.compile(r"\b[0-9a-f]{12,}\b"), "0123456789ab"),
)
_PROGRAM = re.compile(r"[A-Za-z]:\\[\w .()-]*(?:\\[\w .-]+)*\.exe", re.IGNORECASE)
_SPECIAL_WORDS = frozenset(
    [
        "call",
        "cd",
        "copy",
        "defined",
        "del",
        "dir",
        "do",
        "echo",
        "else",
        "erase",
        "errorlevel",
        "exist",
        "exit",
        "for",
        "if",
        "in",
        "md",
        "mkdir",
        "move",
        "not",
        "rd",
        "rem",
        "ren",
        "rename",
        "rmdir",
        "set",
        "start",
        "type",
        "ver",
        "nul",
    ]
)
_WORD = re.compile(r"[\w.:\\/@+*?$-]+")


def normalised(command_line: str) -> str:
    """COMMAND_LINE with what is drawn by lot, or belongs to one laptop, replaced."""
    for pattern in (_BATCH, _SSH):
        match = pattern.search(command_line)
        if match and match[1]:
            command_line = command_line.replace(match[1], MARK)
    for pattern, instead in _SAME_SHAPE:
        command_line = pattern.sub(instead, command_line)
    return command_line


def kinds(command_line: str) -> set[str]:
    """The kinds of line in COMMAND_LINE, which is normalised: one, or those of each part of a batch.

    Two lines are of one kind when they differ in plain words only, which mean nothing to cmd.exe, and name the same
    programs and the same commands of cmd.exe.
    """
    match = _SSH.match(command_line)
    if match:
        around = command_line[: match.start("line")], command_line[match.end("line") :]
        return {_kind("w".join(around)), *kinds(f"cmd.exe /C {_without_report(match)}")}
    before, begin, batch = command_line.partition(f"echo {MARK}-begin&")
    parts = [f"{before}{part}" for part in _PART.split(batch) if part] if begin else [command_line]
    return {_kind(part) for part in parts}


def _without_report(match: re.Match[str]) -> str:
    """The line that is inside of a line for SSH."""
    report = match["report"] or ""
    if report.startswith("&"):
        return f"{match['line']}&call exit %^ERRORLEVEL%"
    return match["line"].removeprefix("(") if report else match["line"]


def _kind(text: str) -> str:
    """TEXT with ``w`` for any number of plain words, but for names of programs, switches and commands of cmd.exe."""
    programs: list[str] = []

    def program(match: re.Match[str]) -> str:
        programs.append(match[0].rpartition("\\")[2].lower())
        return "\x01w\x01"

    def word(match: re.Match[str]) -> str:
        found = match[0]
        switch = re.fullmatch(r"/[A-Za-z-]{1,4}(:.*)?", found)
        if found.lower() in _SPECIAL_WORDS or switch:
            return found.lower().partition(":")[0]
        return "w"

    text = _WORD.sub(word, _PROGRAM.sub(program, text))
    text = re.sub(r"\x01w\x01", lambda _: programs.pop(0), text)
    return re.sub(r"\bw(?: w\b)+", "w", text)


def unknown(command_lines: Iterable[str], known: Iterable[str]) -> list[str]:
    """Those of COMMAND_LINES, normalised, that hold a kind which no line of KNOWN has; one for each such kind."""
    seen = {kind for line in known for kind in kinds(line)}
    found = []
    for line in sorted(set(map(normalised, command_lines)), key=lambda line: (len(line), line)):
        new = kinds(line) - seen
        if new:
            seen |= new
            found.append(line)
    return found


def read(file: Path = LIST) -> list[str]:
    """The kept lines."""
    lines = file.read_text(encoding="utf-8").split("\n")
    return [line.replace(LINE_BREAK, "\n") for line in lines if line and not line.startswith("#")]


def recorded(file: Path) -> list[str]:
    """What the lab has collected in FILE so far; nothing if it collected nothing."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def write(command_lines: Iterable[str], file: Path = LIST) -> int:
    """Keep COMMAND_LINES instead of those that were kept; returns their number."""
    kept = sorted(set(map(normalised, command_lines)), key=lambda line: (len(line), line))
    text = "".join(f"{line.replace(chr(10), LINE_BREAK)}\n" for line in kept)
    file.write_text(_HEADER + text, encoding="utf-8", newline="\n")
    return len(kept)


if __name__ == "__main__":
    *_options, name = sys.argv[1:]
    print(
        f"{LIST.relative_to(ROOT)}: {write([*recorded(Path(name)), *(read() if _options == ['--add'] else [])])} lines"
    )
