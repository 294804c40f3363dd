# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C: drive of a laptop: a directory of this machine, reached by Windows paths without regard to case."""

from __future__ import annotations

import re
from pathlib import Path

from lab.machine.process import PROGRAM_FILE_PREFIX, NotModelled

_DEVICE_PREFIXES = ("\\\\?\\", "\\??\\", "\\\\.\\")
_NEVER_IN_A_NAME = re.compile(r'[<>:"|?*\x00-\x1f]')
_DEVICE = re.compile(r"(nul|con|prn|aux|conin\$|conout\$|(com|lpt)[1-9]):?", re.IGNORECASE)
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
_LONGEST_PATH = 259
_LONGEST_NAME = 255
"""UTF-16 units on NTFS. Linux has room for as many bytes."""


def device(path: str) -> str:
    """The device that PATH names, in lower case and without a colon; "" for a file.

    The name of a device stands for it in every folder.
    """
    match = _DEVICE.fullmatch(path.replace("/", "\\").rpartition("\\")[2].rstrip(" ."))
    return match[1].lower() if match else ""


def absolute(cwd: str, path: str) -> str:
    """PATH as an absolute Windows path, seen from CWD; ``.`` and ``..`` are resolved. UNC paths are left alone.

    Windows takes away blanks and full stops at the end, and one full stop at the end of every name before it, unless
    PATH says by a prefix that it is to be taken as it is.
    """
    path = path.replace("/", "\\")
    plain = path
    for prefix in _DEVICE_PREFIXES:
        path = path.removeprefix(prefix)
    if path == plain and not path.startswith("\\\\"):
        path = _without_trailing_dots(path)
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


def require_short(path: str) -> None:
    """Raise NotModelled for a PATH of more characters than Windows takes by default (MAX_PATH)."""
    if len(path) > _LONGEST_PATH:
        raise NotModelled(f"a path of more than {_LONGEST_PATH} characters: {path[:60]}…")


def _without_trailing_dots(path: str) -> str:
    *folders, name = path.split("\\")
    folders = [folder[:-1] if folder.endswith(".") and not folder.endswith("..") else folder for folder in folders]
    dots = name in (".", "..")
    return "\\".join([*folders, name if dots else name.rstrip(" .")])


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


class BadName(FileNotFoundError):
    """ERROR_INVALID_NAME (123): no file on Windows can have this name."""


def _check_name(name: str) -> None:
    if _NEVER_IN_A_NAME.search(name) or len(name.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST_NAME:
        raise BadName(f"no file can be called {name!r}")
    if name[-1:] in (" ", "."):
        raise NotModelled(f"a name inside a path that ends with a blank or a full stop: {name!r}")
    if _HALF_A_CHARACTER.search(name) or len(name.encode()) > _LONGEST_NAME:
        raise NotModelled(f"a name of more than {_LONGEST_NAME} bytes, or with half a character: {name!r}")


class Drive:
    """Drive C:. A Windows path is given absolute, optionally with the prefix ``\\\\?\\``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def host_path(self, windows_path: str) -> Path:
        """Where WINDOWS_PATH stands on this machine, existing or not.

        Raises NoSuchDrive for any drive but C: and for a UNC path, BadName for what no file can be called.
        """
        path = absolute("C:\\", windows_path)
        if path[:2].upper() != "C:":
            raise NoSuchDrive(f"there is no drive for {windows_path!r}")
        found = self.root
        for part in path[3:].split("\\"):
            if part:
                _check_name(part)
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
        """The name of the lab program in the file at WINDOWS_PATH (process.py), None when it is no program."""
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
        path.chmod(0o755)
