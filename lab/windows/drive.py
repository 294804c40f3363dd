# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C: drive of a laptop: a directory of this machine, reached by Windows paths without regard to case."""

from __future__ import annotations

from pathlib import Path

from lab.process import PROGRAM_FILE_PREFIX

_DEVICE_PREFIXES = ("\\\\?\\", "\\??\\", "\\\\.\\")


def absolute(cwd: str, path: str) -> str:
    """PATH as an absolute Windows path, seen from CWD; ``.`` and ``..`` are resolved. UNC paths are left alone."""
    path = path.replace("/", "\\")
    for prefix in _DEVICE_PREFIXES:
        path = path.removeprefix(prefix)
    if path.startswith("\\\\"):
        return path
    if len(path) >= 2 and path[1] == ":":
        drive, rest = path[:2], path[2:]
        if not rest.startswith("\\"):
            # A path relative to the working directory of that drive; only one drive has one.
            rest = f"{cwd[2:]}\\{rest}" if cwd[:2].lower() == drive.lower() else f"\\{rest}"
    elif path.startswith("\\"):
        drive, rest = cwd[:2], path
    else:
        drive, rest = cwd[:2], f"{cwd[2:]}\\{path}"
    return f"{drive}\\" + "\\".join(_resolved(rest.split("\\")))


def _resolved(parts: list[str]) -> list[str]:
    result: list[str] = []
    for part in parts:
        if part == "..":
            result = result[:-1]
        elif part not in ("", "."):
            result.append(part)
    return result


class NoSuchDrive(FileNotFoundError):
    """The path is on a drive that this laptop does not have."""


class Drive:
    """Drive C:. A Windows path is given absolute, optionally with the prefix ``\\\\?\\``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def host_path(self, windows_path: str) -> Path:
        """Where WINDOWS_PATH stands on this machine, existing or not.

        Raises NoSuchDrive for any drive but C: and for a UNC path.
        """
        path = absolute("C:\\", windows_path)
        if path[:2].upper() != "C:":
            raise NoSuchDrive(f"there is no drive for {windows_path!r}")
        found = self.root
        for part in path[3:].split("\\"):
            if part:
                found = found / self._entry(found, part)
        return found

    @staticmethod
    def _entry(folder: Path, name: str) -> str:
        """The name in FOLDER that equals NAME without case; NAME itself when there is none."""
        if (folder / name).exists() or not folder.is_dir():
            return name
        wanted = name.lower()
        return next((entry.name for entry in folder.iterdir() if entry.name.lower() == wanted), name)

    def windows_path(self, host_path: Path) -> str:
        """The Windows path of a file of this machine below the drive; raises ValueError for any other file."""
        parts = host_path.relative_to(self.root).parts
        return "C:\\" + "\\".join(parts)

    def exists(self, windows_path: str) -> bool:
        """True for a file or directory; False too on another drive."""
        try:
            return self.host_path(windows_path).exists()
        except FileNotFoundError:
            return False

    def is_file(self, windows_path: str) -> bool:
        """True for a file; False too on another drive."""
        try:
            return self.host_path(windows_path).is_file()
        except FileNotFoundError:
            return False

    def is_dir(self, windows_path: str) -> bool:
        """True for a directory; False too on another drive."""
        try:
            return self.host_path(windows_path).is_dir()
        except FileNotFoundError:
            return False

    def is_program(self, windows_path: str) -> str | None:
        """The name of the lab program in the file at WINDOWS_PATH (lab/process.py), None when it is no program."""
        if not self.is_file(windows_path):
            return None
        with self.host_path(windows_path).open("rb") as file:
            head = file.read(200)
        if not head.startswith(PROGRAM_FILE_PREFIX):
            return None
        return head[len(PROGRAM_FILE_PREFIX) :].decode("ascii").split()[0]

    def add_program(self, windows_path: str, name: str) -> None:
        """Put the lab program NAME at WINDOWS_PATH; makes the directories above it."""
        path = self.host_path(windows_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PROGRAM_FILE_PREFIX + name.encode("ascii") + b"\n")
