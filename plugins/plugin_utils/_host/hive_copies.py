# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read the registry of users whose profile is not loaded, from copies of their NTUSER.DAT.

If the file itself were loaded, an owner who logs on at that moment would get a temporary profile. So robocopy.exe
copies it with its logs into a folder that only administrators can read, reg.exe loads the copy below HKU, and its key
of WSL is read. Then it is unloaded and deleted, for one user after the other, in the same command line: cmd.exe goes on
with that line if the connection is lost. If cmd.exe is ended too, a key or a folder stays. The next run removes it, by
the SIDs in their names; check mode does not.

reg.exe loads an empty registry if there is no file, so a copy only counts if the file exists and has every user's TEMP
in it. robocopy.exe follows links, so a profile whose file is a link is skipped.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host import keys
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.accounts import User
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._host.distributions import Distribution, registered
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.cmd_line import cmd_line, first_that_succeeds
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.failure import StepFailed
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._port.port import CommandRunner, CommandTimeout
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows import protected_folder
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.files import FOLDER, links_line
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.local_paths import why_not_opened
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.reads import (
    REG,
    SYSTEM32,
    Reads,
    read,
    read_groups,
    registry_query,
)
from ansible_collections.wslfleet.cuda.plugins.plugin_utils._windows.registry import RegistryTree

HIVES = f"{FOLDER}\\hives"
PREFIX = "wslfleet-"
"""Prefix of the keys below HKU at which copies are loaded."""
SECONDS = 120
"""Seconds for a command line full of copies, of about ten megabytes each."""
_FILES = ("NTUSER.DAT", "NTUSER.DAT.LOG1", "NTUSER.DAT.LOG2")
_LEFTOVER = re.compile(r"wslfleet-S-1-[0-9-]+\Z", re.IGNORECASE)
_SID = re.compile(r"S-1-[0-9-]+\Z")
CHECK_MODE = f"an earlier run left copies of users' registries in {HIVES}; a run without check mode deletes them"
_NOT_COPIED = "its file could not be copied: the user is just logging on, or the profile has none"
_NOT_READ = "its copy could not be loaded: the file is damaged"


@dataclass
class Copies:
    """The result of reading copies."""

    told: dict[str, str] = field(default_factory=dict)
    """SID -> ``copy``, or why its registry could not be read."""
    distributions: dict[str, list[Distribution]] = field(default_factory=dict)
    """SID of the owner -> distributions, for the copies that were read."""
    problem: str | None = None
    """One line if all copies failed, or if a key or folder of ours stayed on the host."""


def first_line() -> dict[str, str]:
    """The read for copies of an earlier run; a restart of the host unloads them."""
    return {"hive_files": cmd_line("dir", ["/b", "/ad", HIVES])}


def leftovers(reads: Reads) -> list[str] | None:
    """The SIDs of copies of an earlier run, as keys or as folders; None if there are none."""
    sids = [_sid(key) for key in _keys(reads.registry)]
    if reads.succeeded("hive_files"):
        sids += reads.output("hive_files").decode("utf-8", "replace").split()
    elif not sids:
        return None
    return [sid for sid in dict.fromkeys(sids) if _SID.match(sid)]


def _keys(registry: RegistryTree) -> list[str]:
    return [key for key in registry.subkeys("HKU") if _LEFTOVER.match(key.rpartition("\\")[2])]


def removal(sids: t.Sequence[str]) -> dict[str, str]:
    """The reads that unload and delete the copies of SIDS, and check for remains."""
    lines: dict[str, str] = {}
    for sid in sids:
        lines |= _taken_away(sid)
    return {
        **lines,
        "hives_deleted": cmd_line("rd", [HIVES]),
        "hives_left": registry_query("HKU"),
        "hive_files_left": cmd_line("dir", ["/b", "/a", HIVES]),
    }


def _taken_away(sid: str) -> dict[str, str]:
    """The reads that unload the copy of SID and delete its files, including the hidden ones of reg.exe."""
    folder = f"{HIVES}\\{sid}"
    return {
        f"unloaded_{sid}": cmd_line(REG, ["unload", _key(sid)]),
        f"files_deleted_{sid}": cmd_line("del", ["/f", "/q", "/a", f"{folder}\\{_FILES[0]}*"]),
        f"deleted_{sid}": cmd_line("rd", [folder]),
    }


def left(reads: Reads) -> str | None:
    """One line with what the reads ``removal`` could not remove, and the remedy; None if nothing is left."""
    keys = _keys(reads.registry)
    if keys:
        return (
            f"the copy of a user's registry could not be unloaded from {', '.join(keys)}: a program (a virus scanner)"
            f" has it open; the next run tries again, or run reg unload for it and delete {HIVES}"
        )
    if reads.succeeded("hive_files_left"):
        return f"copies of users' registries could not be deleted from {HIVES}: delete that folder as an administrator"
    return None


def read_copies(runner: CommandRunner, owners: t.Sequence[User], leftover: t.Sequence[str] | None = None) -> Copies:
    """Read the registries of OWNERS, who are not logged on; two WinRS commands for up to seven of them.

    :arg leftover: the result of ``leftovers``; it is removed first, by one more command.
    :raises HostUnreachable: the connection was lost; the next run removes what is left.
    """
    refused = {owner.sid: why_not_opened(owner.profile) for owner in owners}
    possible = [owner for owner in owners if not refused[owner.sid]]
    copies = Copies({sid: f"its profile {why}" for sid, why in refused.items() if why})
    if not possible:
        return copies
    begun = False
    try:
        if leftover is not None:
            _remove(runner, leftover)
        protected_folder.make(runner, HIVES, [])
        begun = True
        problem = _read_all(runner, possible, copies)
        if problem:
            _remove(runner, [owner.sid for owner in possible])
    except (StepFailed, CommandTimeout) as error:
        copies.problem = _after_failure(runner, possible, str(error)) if begun else str(error)
    return copies


def _after_failure(runner: CommandRunner, owners: t.Sequence[User], failure: str) -> str:
    """Remove the copies after FAILURE; returns the message."""
    try:
        _remove(runner, [owner.sid for owner in owners])
    except (StepFailed, CommandTimeout) as error:
        return failure if str(error) == failure else f"{failure}; {error}"
    return failure


def _remove(runner: CommandRunner, sids: t.Sequence[str]) -> None:
    problem = left(read(runner, removal(sids), SECONDS))
    if problem:
        raise StepFailed(problem)


def _read_all(runner: CommandRunner, owners: t.Sequence[User], copies: Copies) -> str | None:
    """Read the copies of OWNERS into COPIES; returns what is left on the host, or None."""
    reads = read_groups(runner, [*map(_lines, owners), removal(())], SECONDS)
    for owner in owners:
        copies.told[owner.sid] = _told(reads, owner.sid)
        if copies.told[owner.sid] == "copy":
            copies.distributions[owner.sid] = registered(reads.registry, f"{_key(owner.sid)}\\{keys.LXSS_USER}")
    return left(reads)


def _key(sid: str) -> str:
    return f"HKU\\{PREFIX}{sid}"


def _sid(key: str) -> str:
    return key.rpartition("\\")[2][len(PREFIX) :]


def _lines(owner: User) -> dict[str, str]:
    """The reads that make, read and remove the copy of OWNER."""
    folder, key = f"{HIVES}\\{owner.sid}", _key(owner.sid)
    options = ["/B", "/R:0", "/W:0", "/NP", "/NJH", "/NJS", "/NFL", "/NDL"]
    copied = cmd_line(f"{SYSTEM32}\\robocopy.exe", [owner.profile, folder, *_FILES, *options])
    return {
        f"copied_{owner.sid}": first_that_succeeds(links_line(f"{owner.profile}\\{_FILES[0]}"), copied),
        f"present_{owner.sid}": cmd_line("dir", ["/b", "/a", f"{folder}\\{_FILES[0]}"]),
        f"loaded_{owner.sid}": cmd_line(REG, ["load", key, f"{folder}\\{_FILES[0]}"]),
        f"real_{owner.sid}": registry_query(f"{key}\\Environment", "TEMP"),
        f"lxss_{owner.sid}": registry_query(f"{key}\\{keys.LXSS_USER}", recursive=True),
        **_taken_away(owner.sid),
    }


def _told(reads: Reads, sid: str) -> str:
    if not reads.succeeded(f"present_{sid}"):
        return _NOT_COPIED
    return "copy" if reads.succeeded(f"loaded_{sid}") and reads.succeeded(f"real_{sid}") else _NOT_READ
