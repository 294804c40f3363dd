# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drive C: for one line in one scene, laid out in the same way for both judges, and what has become of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from lab.machine.process import PROGRAM_FILE_PREFIX
from scripts.gates.second_judge.scenes import ENTRY, FILE_CONTENT, Named, Scene

USER = "admin"
HOME = f"C:\\Users\\{USER}"
TEMP = f"{HOME}\\AppData\\Local\\Temp"
"""Wine's cmd.exe cannot pipe without it, and leaves files there."""
BASE = (TEMP, "C:\\Program Files", "C:\\ProgramData")
"""Folders that are always there beside C:\\Windows."""


class Ground:
    """Drive C: in the folder ROOT; PUT_PROGRAM makes the file it is given a stand-in.

    ROOT/windows belongs to the judge: there, only what a line names is put and taken away again.
    """

    def __init__(self, root: Path, put_program: Callable[[Path], None]) -> None:
        self._root = root
        self._put_program = put_program
        self._named: list[Path] = []

    def lay_out(self, scene: Scene, names: Named) -> None:
        """Take away what the line before has left, and lay out what SCENE wants of NAMES."""
        for entry in self._root.iterdir():
            if entry.name.lower() != "windows":
                _remove(entry)
        for path in self._named:
            _remove(path)
        for folder in BASE:
            self.place(folder).mkdir(parents=True)
        inside = [self.place(path) for path in names.paths if path.lower().startswith("c:\\windows\\")]
        self._named = [path for path in inside if not path.is_dir()]
        self._put(scene, names)

    def _put(self, scene: Scene, names: Named) -> None:
        for path in names.programs if scene.programs else ():
            self.place(path).parent.mkdir(parents=True, exist_ok=True)
            self._put_program(self.place(path))
        for path in filter(scene.has, names.folders):
            self.place(path).mkdir(parents=True, exist_ok=True)
            (self.place(path) / ENTRY).write_bytes(FILE_CONTENT)
        for path in filter(scene.has, names.files):
            self.place(path).parent.mkdir(parents=True, exist_ok=True)
            self.place(path).write_bytes(FILE_CONTENT)
        # Nobody knows whether del succeeds when the folder is there and the file is not, and Wine fails.
        for path in names.deleted:
            if self.place(path).parent.is_dir():
                self.place(path).write_bytes(FILE_CONTENT)

    def place(self, path: str) -> Path:
        """Where the Windows PATH stands on this machine, found without regard to case."""
        found = self._root
        for part in path[3:].split("\\"):
            entries = [entry.name for entry in found.iterdir()] if found.is_dir() else []
            found /= next((entry for entry in entries if entry.lower() == part.lower()), part)
        return found

    def seen(self) -> dict[str, str]:
        """What is there: path in lower case -> what it is."""
        found: dict[str, str] = {}
        for folder, folders, files in os.walk(self._root):
            here = Path(folder)
            if here == self._root:
                folders[:] = [name for name in folders if name.lower() != "windows"]
            found.update({self._name(here / name): _described(here / name) for name in (*folders, *files)})
        found.update({self._name(path): _described(path) for path in self._named if path.exists()})
        return {name: what for name, what in found.items() if not f"c:\\{name}".startswith(f"{TEMP.lower()}\\")}

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._root)).replace("/", "\\").lower()


def _described(path: Path) -> str:
    """A folder, or a file with its content; of a program only that it is one."""
    if path.is_dir():
        return "folder"
    content = path.read_bytes()
    return "program" if content.startswith((b"MZ", PROGRAM_FILE_PREFIX)) else repr(content.replace(b"\r\n", b"\n"))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def changes(before: dict[str, str], after: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """What has become of the files, sorted by path; ``gone`` for what is no more."""
    names = sorted({*before, *after})
    return tuple((name, after.get(name, "gone")) for name in names if before.get(name) != after.get(name))
