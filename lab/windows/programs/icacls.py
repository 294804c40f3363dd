# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``icacls PATH [/setowner *SID] [/reset] [/inheritance:r] [/grant[:r] *SID:RIGHTS ...] [/q]``.

Accounts only by SID, since names depend on the display language. Without /q its summary is printed. PATH may hold
wildcards in its last part, which have to match something.
"""

from __future__ import annotations

import fnmatch
import re

from lab.machine.permissions import Entry
from lab.machine.process import NotModelled, Process, program
from lab.windows.program_io import arguments_of, err, localised, out, path_of

FILE_NOT_FOUND = 2
PATH_NOT_FOUND = 3
ACCESS_DENIED = 5

_GRANT = re.compile(r"\*(S-1-[0-9-]+):((?:\((?:OI|CI|IO|NP)\))*)\(?(F|M|RX|R,W|R,D|R|W)\)?")
_SID = re.compile(r"\*(S-1-[0-9-]+)")


@program("icacls")
def main(process: Process) -> int:
    """Change the permissions of one file or folder, or of each that a pattern matches."""
    words = arguments_of(process)
    if not words:
        raise NotModelled(process.command_line)
    paths, options = _paths(process, path_of(process, words[0])), words[1:]
    quiet = any(word.lower() == "/q" for word in options)
    changes = [word for word in options if word.lower() != "/q"]
    if not changes:
        raise NotModelled("icacls that lists permissions")
    permissions = process.laptop.permissions
    _changed(Entry(), changes, process)
    if not paths:
        folder = path_of(process, words[0]).rpartition("\\")[0] + "\\"
        there = process.laptop.drive.is_dir(folder)
        err(process, f"{words[0]}: {localised(process, 'file_not_found' if there else 'path_not_found')}")
        return FILE_NOT_FOUND if there else PATH_NOT_FOUND
    for path in paths:
        entry = _changed(permissions.entry(path), changes, process)
        if not process.user.admin and entry.owner != process.user.sid:
            err(process, f"{path}: {localised(process, 'access_denied')}")
            return ACCESS_DENIED
        permissions.set(path, entry)
        if not quiet:
            out(process, f"processed file: {path}")
    return 0


def _paths(process: Process, path: str) -> list[str]:
    """PATH, or what it matches; nothing where there is no such file."""
    drive, (folder, _separator, name) = process.laptop.drive, path.rpartition("\\")
    if "*" not in name and "?" not in name:
        return [path] if drive.exists(path) else []
    if not drive.is_dir(folder):
        return []
    entries = drive.host_path(folder).iterdir()
    return [f"{folder}\\{entry.name}" for entry in entries if fnmatch.fnmatch(entry.name.lower(), name.lower())]


def _changed(entry: Entry, words: list[str], process: Process) -> Entry:
    rest = list(words)
    while rest:
        option = rest.pop(0).lower()
        if option == "/reset":
            entry = Entry(owner=entry.owner)
        elif option == "/inheritance:r":
            entry.inherit = False
        elif option == "/setowner" and rest and (owner := _SID.fullmatch(rest[0])):
            entry.owner, rest = owner[1], rest[1:]
        elif option in ("/grant", "/grant:r") and rest and (grant := _GRANT.fullmatch(rest[0])):
            rest = rest[1:]
            _grant(entry, grant[1], grant[2], grant[3])
        else:
            raise NotModelled(f"icacls {option}: {process.command_line}")
    return entry


def _grant(entry: Entry, sid: str, flags: str, right: str) -> None:
    if "(IO)" in flags or "(NP)" in flags:
        raise NotModelled(f"icacls: the inheritance flags {flags}")
    entry.grants[sid] = right
    inherited = "(OI)" in flags and "(CI)" in flags
    entry.below = [other for other in entry.below if other != sid] + ([sid] if inherited else [])
