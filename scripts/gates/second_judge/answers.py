# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a line, and how two such answers differ."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

SECOND_LINE = "a&b^c (d) e=1"
"""What stand-ins print below ``reg.exe says``: a loop must not read it again."""
GIVEN_BY_WINDOWS = frozenset({"PROCESSOR_ARCHITECTURE", "PROMPT", "SYSTEMDRIVE", "SYSTEMROOT"})


@dataclass(frozen=True)
class Start:
    """A stand-in was started."""

    path: str
    command_line: str
    words: tuple[str, ...]
    """Behind the program's name, as the C run time splits them."""
    folder: str
    stdin: bytes
    variables: tuple[tuple[str, str], ...]
    """What the line has set, by name in upper case."""


@dataclass(frozen=True)
class Answer:
    """EXIT_CODE is unsigned; CHANGES are those to the files: path in lower case and what is there now."""

    exit_code: int
    starts: tuple[Start, ...]
    stdout: bytes
    stderr: bytes
    changes: tuple[tuple[str, str], ...]


def variables_set(environment: t.Mapping[str, str], given: t.Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of ENVIRONMENT is new beside what was GIVEN; Wine's own variables and those of Windows itself are not."""
    upper = {name.upper(): value for name, value in environment.items() if name[:1] not in ("", "=")}
    return tuple(
        sorted(
            (name, value)
            for name, value in upper.items()
            if given.get(name) != value and name not in GIVEN_BY_WINDOWS and not name.startswith("WINE")
        )
    )


def differences(command_line: str, wine: Answer, lab: Answer) -> list[tuple[str, object, object]]:
    """In what the answers to COMMAND_LINE differ: the name of it, WINE's and the LAB's."""
    left, right = _comparable(command_line, wine), _comparable(command_line, lab)
    return [(name, left[name], right[name]) for name in left if left[name] != right[name]]


def _comparable(command_line: str, answer: Answer) -> dict[str, object]:
    starts = [
        {**dataclasses.asdict(start), "path": start.path.lower(), "folder": start.folder.lower()}
        for start in answer.starts
    ]
    if "|" in command_line.replace("||", ""):  # both sides of a pipe start at once
        starts.sort(key=repr)
    printed = answer.stdout.decode("utf-8", "replace").splitlines()
    branches = [line for line in printed if _tells_a_branch(command_line, line)]
    return {
        "exit code": answer.exit_code,
        "programs": [(start["path"], start["words"]) for start in starts],
        "command lines": [start["command_line"] for start in starts],
        "folders": [start["folder"] for start in starts],
        "inputs": [start["stdin"] for start in starts],
        "variables": [start["variables"] for start in starts],
        "branches": branches,
        "texts": [line for line in printed if line not in branches],
        "warnings": sorted(line for line in answer.stderr.decode("utf-8", "replace").splitlines() if " warns" in line),
        "files": answer.changes,
    }


def _tells_a_branch(command_line: str, printed: str) -> bool:
    """Whether a stand-in or ``echo`` has PRINTED this, and not a command of cmd.exe with texts of its own."""
    first_word = printed.partition(" ")[0]
    return (
        printed.endswith(" says") or printed == SECOND_LINE or bool(first_word and f"echo {first_word}" in command_line)
    )
