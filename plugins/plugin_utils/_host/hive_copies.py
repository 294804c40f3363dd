# Copyright (c) 2026 The wslfleet contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Note that this plugin util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""Read the registry of users whose profile is not loaded, from copies of their NTUSER.DAT.

Loading the file in its place would give its owner a temporary profile when logging on in that moment. So robocopy.exe
copies it with its logs into a folder that only administrators can read, reg.exe loads the copy below HKU, and its key
of WSL is read. Then it is unloaded and deleted, user by user, in the same command line: cmd.exe goes on with that line
when the connection is lost. Where even that is ended, a key or a folder stays, which the next run takes away, by the
SIDs in their names; check mode leaves it.

reg.exe loads an empty registry if there is no file, so that a copy counts only when the file was there and every
user's TEMP is in it. robocopy.exe follows links, so that a profile whose file is one is left out.
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
"""How the keys below HKU begin that copies are loaded at."""
SECONDS = 120
"""For a command line full of copies; one of them has some ten megabytes."""
_FILES = ("NTUSER.DAT", "NTUSER.DAT.LOG1", "NTUSER.DAT.LOG2")
_LEFTOVER = re.compile(r"wslfleet-S-1-[0-9-]+\Z", re.IGNORECASE)
_SID = re.compile(r"S-1-[0-9-]+\Z")
CHECK_MODE = f"an earlier run left copies of users' registries in {HIVES}; a run without check mode deletes them"
_NOT_COPIED = "its file could not be copied: the user is just logging on, or the profile has none"
_NOT_READ = "its copy could not be loaded: the file is damaged"


@dataclass
class Copies:
    """What the copies told."""

    told: dict[str, str] = field(default_factory=dict)
    """SID -> ``copy``, or why its registry could not be read."""
    distributions: dict[str, list[Distribution]] = field(default_factory=dict)
    """By SID of the owner, of those whose copy was read."""
    problem: str | None = None
    """One line when something went wrong with all of them, or something of ours stayed on the host."""


def first_line() -> dict[str, str]:
    """The read that finds copies which an earlier run has left; a restart of the host unloads them."""
    return {"hive_files": cmd_line("dir", ["/b", "/ad", HIVES])}


def leftovers(reads: Reads) -> list[str] | None:
    """The SIDs whose copies an earlier run has left, as keys or as folders; None when there is nothing of it."""
    sids = [_sid(key) for key in _keys(reads.registry)]
    if reads.succeeded("hive_files"):
        sids += reads.output("hive_files").decode("utf-8", "replace").split()
    elif not sids:
        return None
    return [sid for sid in dict.fromkeys(sids) if _SID.match(sid)]


def _keys(registry: RegistryTree) -> list[str]:
    return [key for key in registry.subkeys("HKU") if _LEFTOVER.match(key.rpartition("\\")[2])]


def removal(sids: t.Sequence[str]) -> dict[str, str]:
    """The reads that unload and delete the copies of SIDS, and look at what is left of any."""
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
    """The reads that unload the copy of SID and delete its files, those of reg.exe beside it too, which are hidden."""
    folder = f"{HIVES}\\{sid}"
    return {
        f"unloaded_{sid}": cmd_line(REG, ["unload", _key(sid)]),
        f"files_deleted_{sid}": cmd_line("del", ["/f", "/q", "/a", f"{folder}\\{_FILES[0]}*"]),
        f"deleted_{sid}": cmd_line("rd", [folder]),
    }


def left(reads: Reads) -> str | None:
    """What the reads ``removal`` found left, one line with the remedy; None when all is gone."""
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

    :arg leftover: what ``leftovers`` found; it is taken away first, with one command more.
    :raises HostUnreachable: the connection was lost; what is left then is taken away by the next run.
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
    """Take away what there is after FAILURE; what to tell."""
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
    """Read the copies of OWNERS into COPIES; what is left on the host, or None."""
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
    """The reads of the copy of OWNER, which is taken away again at once."""
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
