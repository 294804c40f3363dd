# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The situations in which a line runs: which of its programs and files are there, and how its programs end."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

PROGRAM = re.compile(r"[A-Za-z]:\\[^\"&|<>()%*?:,;=]*?\.(?:exe|com)(?![\w.])", re.IGNORECASE)
_QUOTED = re.compile(r'"([A-Za-z]:\\[^"&|<>%:;=]*)"')
_PLAIN = re.compile(r'(?<![\w"])([A-Za-z]:\\[^\s"&|<>()%:,;=]*)')
_FILE_COMMAND = re.compile(r"(?:\b(?:type|copy|move|ren|del)\b[^&|<>]*|[<>]\s*\"?)$", re.IGNORECASE)
_DELETION = re.compile(r"\bdel\b[^&|<>]*$", re.IGNORECASE)
FILE_CONTENT = b"first line\r\nsecond (line) & more^\r\n"
ENTRY = "entry.txt"
"""What a folder holds."""
ITSELF = "\\cmd.exe"

CODES = (0, 1, 0, 3010, -5)
"""How stand-ins end in a scene of many codes."""
MANY_CODES = 1000


@dataclass(frozen=True)
class Scene:
    """One situation. NUMBER below MANY_CODES is the exit code of all programs, else it chooses one for each."""

    name: str
    number: int
    programs: bool = True
    files: str = "all"
    """Which files and folders are there: all, none, half of them, or the other half."""

    def exit_code(self, words: Sequence[str]) -> int:
        """How the stand-in ends that got WORDS; stand_in.c knows the same rule."""
        if self.number < MANY_CODES:
            return self.number
        digest = 2166136261 ^ self.number
        for byte in "".join(f"{word}\x1d" for word in words).encode():
            digest = (digest ^ byte) * 16777619 & 0xFFFFFFFF
        return CODES[(digest >> 8) % len(CODES)]

    def has(self, path: str) -> bool:
        """Whether PATH, a file or folder, is there."""
        half = zlib.crc32(path.lower().encode()) >> 4 & 1
        return {"all": True, "none": False, "half": half == 0, "other half": half == 1}[self.files]


SCENES = (
    Scene("nothing there", 0, programs=False, files="none"),
    Scene("all succeed", 0),
    Scene("half there", 1001, files="half"),
    Scene("other half there", 1002, files="other half"),
)


@dataclass(frozen=True)
class Named:
    """What a command line names, absolute Windows paths; DELETED are those of FILES that it deletes."""

    programs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.programs, *self.files, *self.folders)


def named(command_line: str) -> Named:
    """What COMMAND_LINE names; cmd.exe itself not. A wildcard stands for a file or folder that it matches."""
    programs = {match[0] for match in PROGRAM.finditer(command_line) if not match[0].lower().endswith(ITSELF)}
    files, folders, deleted = set[str](), set[str](), set[str]()
    for pattern in (_QUOTED, _PLAIN):
        for match in pattern.finditer(command_line):
            path = match[1].rstrip("\\.").replace("*", "some").replace("?", "q")
            if path[2:] in ("", "\\") or path in programs or path.lower().endswith(ITSELF):
                continue
            is_file = bool(_FILE_COMMAND.search(command_line[: match.start()])) or "." in path.rpartition("\\")[2]
            (files if is_file else folders).add(path)
            if _DELETION.search(command_line[: match.start()]):
                deleted.add(path)
    parents = {parent for path in (*programs, *files, *folders) for parent in _parents(path)}
    files, folders = files - parents, folders - files | files & parents
    return Named(*(tuple(sorted(paths)) for paths in (programs, files, folders, deleted & files)))


def _parents(path: str) -> list[str]:
    parts = path.split("\\")
    return ["\\".join(parts[:count]) for count in range(2, len(parts))]
